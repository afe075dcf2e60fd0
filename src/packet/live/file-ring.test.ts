import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LinkType } from '../link-type.ts';
import { FileRing } from './file-ring.ts';

describe('files of a recording', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const own = () => readdirSync(folder).filter(name => name.startsWith('cofferdam-'));
  const bytes = () => own().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const ring = async (age = 0) => {
    const options = { folder, size: 100_000, fileSize: 20_000, age, snapLength: 1500, application: 'test' };
    const it = new FileRing([{ name: 'eth1', link: LinkType.ethernet }], {
      ...options,
      part: { index: 0, count: 1 },
    });
    await it.open();
    return it;
  };

  it('never have more bytes than they may, with those of earlier runs, and no others are touched', async () => {
    writeFileSync(join(folder, 'cofferdam-20260101T000000Z-000001.pcapng'), new Uint8Array(70_000));
    writeFileSync(join(folder, 'other.pcapng'), new Uint8Array(200_000));
    const it = await ring();
    for (let chunk = 0; chunk < 60; chunk++) {
      assert.equal(await it.append(new Uint8Array(7000), 7000, Float64Array.of(1)), '');
      assert.ok(bytes() <= 100_000);
    }
    await it.close(0);
    assert.ok(bytes() <= 100_000 && bytes() > 70_000);
    assert.ok(!own().includes('cofferdam-20260101T000000Z-000001.pcapng'));
    assert.ok(readdirSync(folder).includes('other.pcapng'));
  });

  it('go when they are too old', async () => {
    const [first] = own();
    utimesSync(join(folder, first!), 0, 0);
    const it = await ring(3600);
    await it.tidy();
    assert.ok(!own().includes(first!));
    assert.ok(own().length > 0);
  });

  it('say why nothing can be written', async () => {
    const it = await ring();
    rmSync(folder, { recursive: true });
    assert.match(await it.append(new Uint8Array(100), 100, Float64Array.of(1)), /no such file/);
    // Not tried again at once.
    assert.match(await it.append(new Uint8Array(100), 100, Float64Array.of(1)), /no such file/);
    folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  });
});
