import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { UsageError, userMessage } from './command.ts';

/** The message for the error with which reading the file fails. */
function reading(path: string): string | undefined {
  try {
    readFileSync(path);
  } catch (error) {
    return userMessage(error);
  }
  return assert.fail('the file could be read');
}

test('a file that cannot be used is one line with the place', () => {
  const here = import.meta.filename;
  const long = `/${'x'.repeat(300)}`;
  assert.equal(reading('/no/such/file'), '/no/such/file: no such file; check the name');
  assert.match(reading(`${here}/x`)!, /x: part of the path is a file, not a folder; check the name$/);
  assert.match(reading(import.meta.dirname)!, /^.+: is a folder; name a file$/);
  assert.match(reading(long)!, /^\/x+: cannot be used \(ENAMETOOLONG: .+\)$/);
});

test('what a room says of the input is shown as it is', () => {
  assert.equal(userMessage(new UsageError('no policy')), 'no policy');
});

test('a connection that fails, and whatever else was not foreseen, is a defect', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  assert.equal(userMessage(reset), undefined);
  assert.equal(userMessage(new TypeError('x is not a function')), undefined);
  assert.equal(userMessage('text'), undefined);
});
