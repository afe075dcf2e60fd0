/**
 * `start`, as whoever cloned the repository runs it: a child process, its exit code and what it prints.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/drill/report.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, 'start', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text;
  });
  const done = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, done };
}

test('both ways of --once', { concurrency: true, timeout: 60_000 }, async t => {
  await Promise.all([
    t.test('defended: everything is refused, the plant stays safe, the operator loses nothing', async () => {
      const began = performance.now();
      const { code, stdout, stderr } = await start('--once', '--seed', '7').done;
      assert.equal(code, 0, stderr);
      assert.ok(performance.now() - began < 30_000);
      const report: Report = JSON.parse(stdout);
      assert.deepEqual(report.held, {
        everythingRefused: true,
        plantSafe: true,
        operatorUndisturbed: true,
        all: true,
      });
      assert.equal(report.defended, true);
      assert.equal(report.seed, 7);
      assert.deepEqual(report.outcome.excursions, []);
      assert.equal(report.outcome.damage, 0);
      assert.equal(report.intruder.refused, report.intruder.requests);
      assert.ok(report.intruder.steps.length >= 9);
      assert.ok(report.intruder.steps.every(step => step.held && step.sessionAlive));
      const { requests, answers, reconnects, connects } = report.operator;
      assert.ok(requests > 100);
      assert.deepEqual({ answers, reconnects, connects }, { answers: requests, reconnects: 0, connects: 2 });
      assert.equal(report.gateway?.denied, report.intruder.requests);
      assert.match(stderr, /The defence held\./);
    }),
    t.test('undefended: the machine surges, overspeeds and is wrecked', async () => {
      const { code, stdout, stderr } = await start('--once', '--undefended').done;
      assert.equal(code, 0, stderr);
      const report: Report = JSON.parse(stdout);
      assert.equal(report.defended, false);
      assert.equal(report.gateway, undefined);
      assert.equal(report.held.all, false);
      assert.equal(report.outcome.wrecked, true);
      assert.ok(report.outcome.surgeCycles > 0);
      assert.ok(report.outcome.highestSpeed > 1650);
      assert.equal(report.outcome.driveRunning, false);
      assert.match(stderr, /UNDEFENDED/);
      assert.match(stderr, /SURGE · OVERSPEED/);
    }),
  ]);
});

/** Resolves when the child has printed `text`, or has ended: then its exit code tells. */
async function printed({ child, done }: Run, text: string): Promise<void> {
  const said = new Promise<void>(resolve => {
    for (const stream of [child.stdout!, child.stderr!]) {
      let all = '';
      stream.on('data', chunk => {
        all += chunk;
        if (all.includes(text)) resolve();
      });
    }
  });
  await Promise.race([said, done]);
}

test('it runs until it is interrupted, then says what came of it', { timeout: 30_000 }, async t => {
  const run = start('--speed', '4');
  t.after(() => run.child.kill());
  await printed(run, 'operator sets');
  run.child.kill('SIGINT');
  const { code, stdout, stderr } = await run.done;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Gas compressor station 4, behind Cofferdam/);
  assert.match(stdout, /operator {2}\d+ requests, \d+ answered, 0 errors, 0 lost, 0 reconnects/);
  assert.match(stdout, /The intruder had not begun/);
});

test('interrupted during the intrusion, it judges the steps that were tried', {
  timeout: 30_000,
}, async t => {
  const endings = [[], ['--once']].map(async once => {
    const run = start('--plain', ...once);
    t.after(() => run.child.kill());
    await printed(run, 'download limits');
    run.child.kill('SIGINT');
    return run.done;
  });
  const [live, single] = await Promise.all(endings);
  const verdict = /\nStopped after [2-8] of 9 steps; so far the defence held\.\n/;
  assert.match(live!.stdout, verdict);
  assert.equal(live!.code, 0);
  assert.match(single!.stderr, verdict);
  assert.equal(single!.code, 1, '--once wants every step');
  const { held, intruder }: Report = JSON.parse(single!.stdout);
  assert.equal(held.everythingRefused, true);
  assert.equal(held.all, false);
  assert.equal(intruder.scenarioSteps, 9);
});

test('what the user can mend is one line and exit code 2', { timeout: 30_000 }, async t => {
  // Somebody listens where the shipped policy wants the process controller; whoever it is.
  const squatter = createServer()
    .on('error', () => {})
    .listen(1502, '127.0.2.7');
  t.after(() => squatter.close());
  await Promise.race([once(squatter, 'listening'), once(squatter, 'error')]);
  const cases: [string[], RegExp][] = [
    [['--seed', 'x'], /--seed is 'x'; write a whole number/],
    [['--speed', '0'], /--speed is '0'; write a number from 0\.1 to 20/],
    [['--nonsense'], /--nonsense/],
    [['--fixed-ports'], /127\.0\.2\.7:1502: the address is in use/],
    [['--policy', '/nowhere.yaml'], /\/nowhere\.yaml: no such file/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await start(...args).done;
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});

test('--help says what it does', async () => {
  const { code, stdout } = await start('--help').done;
  assert.equal(code, 0);
  for (const option of ['--once', '--undefended', '--seed', '--speed', '--policy', '--fixed-ports']) {
    assert.ok(stdout.includes(option), option);
  }
});
