/**
 * A worker thread: reads the captures whole, and looks at its own share of the hosts.
 *
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Inspection } from './inspection.ts';
import { readAll } from './read-all.ts';
import type { Job, Result } from './workers.ts';

const { files, share, digest } = workerData as Job;
const stop = new AbortController();
parentPort?.once('message', () => stop.abort());

const inspection = new Inspection({ protocols: PROTOCOLS, share, digest });
const problems = await readAll(inspection, files, { signal: stop.signal });
const result: Result = { summary: inspection.finish(), problems };
parentPort?.postMessage(result);
parentPort?.unref();
