import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { BlockType, blockName, makeBlock, type S7Block } from '../s7-block.ts';
import { AssemblyError, assemble } from './assemble.ts';
import { BlockMachine, CYCLE_LIMIT, type Fault, type Memory } from './block-machine.ts';
import { INSTRUCTIONS, MARK } from './instructions.ts';
import { listBody } from './list.ts';

class Store implements Memory {
  readonly inputs = new DataView(new ArrayBuffer(128));
  readonly outputs = new DataView(new ArrayBuffer(128));
  readonly flags = new DataView(new ArrayBuffer(256));
  readonly blocks = new Map<string, S7Block>();
  readonly values = new Map<number, DataView>([
    [1, new DataView(new ArrayBuffer(64))],
    [2, new DataView(new ArrayBuffer(64))],
  ]);

  data(number: number): DataView | undefined {
    return this.values.get(number);
  }

  block(type: number, number: number): S7Block | undefined {
    return this.blocks.get(blockName(type, number));
  }

  put(type: BlockType, number: number, body: Uint8Array): this {
    this.blocks.set(blockName(type, number), makeBlock(type, number, body));
    return this;
  }

  run(): Fault | undefined {
    return new BlockMachine(this).cycle();
  }
}

function main(listing: string): Store {
  return new Store().put(BlockType.OB, 1, assemble(listing));
}

/** What each calculation leaves in MD 0, for accumulator 2 = 7 and accumulator 1 = 2. */
for (const [mnemonic, expected] of [
  ['+R', 9],
  ['-R', 5],
  ['*R', 14],
  ['/R', 3.5],
  ['MIN', 2],
  ['MAX', 7],
] as const) {
  test(`7 ${mnemonic} 2 is ${expected}`, () => {
    const store = main(`L 7\nL 2\n${mnemonic}\nT MD 0`);
    assert.equal(store.run(), undefined);
    assert.equal(store.flags.getFloat32(0), expected);
  });
}

for (const [mnemonic, expected] of [
  ['>R', true],
  ['<R', false],
  ['>=R', true],
  ['<=R', false],
  ['==R', false],
] as const) {
  test(`7 ${mnemonic} 2 is ${expected}`, () => {
    const store = main(`L 7\nL 2\n${mnemonic}\n= MX 9.3`);
    store.run();
    assert.equal(store.flags.getUint8(9), expected ? 8 : 0);
  });
}

test('rows of bits: and, and not, or; set and clear keep what they do not concern', () => {
  const store = main(`
    A IX 0.0
    AN IX 0.1
    = QX 0.0
    A IX 0.1
    O IX 0.2
    = QX 0.1
    A IX 0.0
    S MX 1.7
    A IX 0.1
    R MX 1.6
    A IX 0.2
    R MX 1.0`);
  store.inputs.setUint8(0, 0b101);
  store.flags.setUint8(1, 0b0100_0001);
  assert.equal(store.run(), undefined);
  assert.equal(store.outputs.getUint8(0), 0b11);
  assert.equal(store.flags.getUint8(1), 0b1100_0000);
});

test('loops, address registers, block moves, functions with and without instance', () => {
  const store = main(`
      OPN DB 1
      L 0
      T MD 0
next: L MD 0
      LAR1
      T DBD 0[AR1]
      L 4
      +R
      T MD 0
      L 32
      <R
      JC next
      OPN DI 2
      L 8
      LAR1
      L 0
      LAR2
      BLKMOV 16
      UC FC 5
      CALL FB 7, DB 2`)
    .put(BlockType.FC, 5, assemble('L 1000\nT QW 4\nBE\nL 1\nT QW 4'))
    .put(BlockType.FB, 7, assemble('L DID 0\nT QB 0'));
  assert.equal(store.run(), undefined);
  assert.equal(store.values.get(1)!.getFloat32(28), 28);
  assert.deepEqual(
    [0, 4, 8, 12].map(at => store.values.get(2)!.getFloat32(at)),
    [8, 12, 16, 20],
  );
  assert.equal(store.outputs.getInt16(4), 1000);
  assert.equal(store.outputs.getUint8(0), 8);
});

test('words take what fits, and nothing of what is no number', () => {
  const store = main('L 1e9\nT QW 0\nL -1e9\nT QW 2\nL 0\nL 0\n/R\nT QW 4\nL 2.5\nT QB 6');
  store.outputs.setInt16(4, 7);
  assert.equal(store.run(), undefined);
  assert.deepEqual(
    [0, 2, 4].map(at => store.outputs.getInt16(at)),
    [32767, -32768, 0],
  );
});

/** What a CPU without error OBs goes to STOP for. */
for (const [listing, cause] of [
  ['OPN DB 9', /^DB9 is missing$/],
  ['OPN DI 9', /^DB9 is missing$/],
  ['UC FC 3', /^FC3 is missing$/],
  ['CALL FB 3, DB 1', /^FB3 is missing$/],
  ['CALL FB 3, DB 9', /instance data block is missing/],
  ['L DBD 0', /no data block is open/],
  ['L 1\nT DIW 0', /no data block is open/],
  ['BLKMOV 4', /no data block is open/],
  ['OPN DB 1\nL DBD 61', /outside its area/],
  ['L IW 127', /outside its area/],
  ['L -4\nLAR1\nL MD 0[AR1]', /outside its area/],
  ['L 0.5\nLAR1\nL MD 0[AR1]', /outside its area/],
  ['L 0\nL 0\n/R\nLAR2\nA MX 0.0[AR2]', /outside its area/],
  ['OPN DB 1\nOPN DI 2\nBLKMOV 65', /outside its area/],
  ['again: JU again', /cycle time exceeded/],
  ['UC FC 4', /nested too deep/],
] as const) {
  test(`${listing.replaceAll('\n', '; ')} is a fault`, () => {
    const store = main(listing).put(BlockType.FC, 4, assemble('UC FC 4'));
    const fault = store.run();
    assert.match(fault?.cause ?? '', cause);
    assert.match(fault!.block, /^(OB1|FC4)$/);
  });
}

test('bodies that are none of this machine’s are faults, and leave the rest alone', () => {
  const body = (...bytes: number[]): Uint8Array => Uint8Array.of(...MARK, ...bytes);
  for (const [bytes, cause] of [
    [Uint8Array.of(0x65, 0x00), /not in the form/],
    [new Uint8Array(), /not in the form/],
    [body(0xee, 0, 0, 0), /no such instruction/],
    [body(0x52, 0), /no such instruction/],
    [body(0x02, 0, 0, 0), /ends within an instruction/],
    [body(0x40, 0, 0, 0), /jump leaves the block/],
    [body(0x40, 0, 0xff, 0xff), /jump leaves the block/],
    [body(0x01, 0x1f, 0, 0), /no such area/],
    [body(0x01, 0x00, 0, 0), /a bit is no value/],
    [body(0x30, 0x12, 0, 0), /a value is no bit/],
    [body(0x01, 0x72, 0, 0), /outside its area/],
  ] as const) {
    assert.match(new Store().put(BlockType.OB, 1, bytes).run()?.cause ?? '', cause);
  }
});

test('a program without OB1 does nothing; OB35 runs before it', () => {
  assert.equal(new Store().run(), undefined);
  const store = main('L MD 0\nT MD 4').put(BlockType.OB, 35, assemble('L 3\nT MD 0'));
  store.run();
  assert.equal(store.flags.getFloat32(4), 3);
});

test('whatever bytes a block has, a cycle ends, throws nothing, and is bounded', () => {
  const code = fc.constantFrom(...INSTRUCTIONS.map(each => each.code), 0, 0x99);
  const instruction = fc.tuple(code, fc.nat(255), fc.constantFrom(0, 1, 2, 4, 8), fc.nat(255));
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(instruction, { maxLength: 60 }).map(list => Uint8Array.of(...MARK, ...list.flat())),
  );
  fc.assert(
    fc.property(bodies, bodies, (first, second) => {
      const store = new Store()
        .put(BlockType.OB, 1, first)
        .put(BlockType.FC, 1, second)
        .put(BlockType.FB, 2, second);
      const machine = new BlockMachine(store);
      for (let i = 0; i < 3; i++) machine.cycle();
      for (const line of listBody(first)) assert.equal(typeof line, 'string');
    }),
    { numRuns: 1000 },
  );
});

test('the longest cycle takes a bounded time', () => {
  const began = performance.now();
  assert.match(main('again: OPN DB 1\nOPN DI 2\nBLKMOV 64\nJU again').run()!.cause, /cycle time/);
  assert.ok(performance.now() - began < 1000, `${CYCLE_LIMIT} instructions`);
});

test('what is listed assembles to the same bytes', () => {
  const body = assemble(`
      L IW 4[AR1]
      L -0.5
      T DBD 8[AR2]
      A DIX 6.5
      AN MX 4.0[AR1]
      = QX 0.0
      JCN end
      CALL FB 10, DB 11
      UC FC 1
      OPN DB 2
      BLKMOV 120
end:  BE`);
  assert.deepEqual(assemble(listBody(body).join('\n')), body);
  assert.deepEqual(listBody(Uint8Array.of(...MARK, 0xee, 1, 2, 3)), ['      ?? ee010203']);
});

test('a line that is no instruction is said', () => {
  for (const line of [
    'L',
    'NOP',
    'L QX',
    'L DBD',
    'A DBX 1',
    'L DBW 1.1',
    'JU nowhere',
    'CALL FB 1',
    'T 5',
    'BE 1',
  ]) {
    assert.throws(() => assemble(line), AssemblyError, line);
  }
});
