/**
 * The program that a controller is to have: what was read of it when people trusted it, block by block. An audit
 * compares with it.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { ApprovedBlock } from '../program/permit.ts';
import type { DeviceProgram, ProgramFact } from '../protocol/program-reader.ts';
import type { Device } from './device-link.ts';

export interface ApprovedProgram {
  /** When it was read, ms since 1970-01-01 UTC. */
  readonly read: number;
  /** Which controller: its name and address when it was read, its protocol and station as policies write them. */
  readonly controller: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly station: string;
  readonly facts: readonly ProgramFact[];
  /** By how much its clock was ahead of ours, s; undefined where it told none. */
  readonly clockAhead: number | undefined;
  readonly blocks: readonly ApprovedBlock[];
  /** Blocks that are listed and were not read: parts of the firmware, and what the controller would not give. */
  readonly listed: readonly string[];
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
  /** Bytes of the blocks, by object. */
  readonly content: ReadonlyMap<string, Uint8Array>;
}

/** What was read of a device, as what is approved. */
export function approvedFrom(device: Device, program: DeviceProgram, read: number): ApprovedProgram {
  const { protocol, station, name, address, port } = device;
  const blocks: ApprovedBlock[] = [];
  const listed: string[] = [];
  const problems = [...program.problems];
  const content = new Map<string, Uint8Array>();
  for (const { object, bytes, problem } of program.objects) {
    if (bytes !== undefined) {
      blocks.push({ object, sha256: hash('sha256', bytes), bytes: bytes.length });
      content.set(object, bytes);
    } else {
      listed.push(object);
      if (problem !== '') problems.push(`${object} cannot be read: ${problem}`);
    }
  }
  return {
    read,
    controller: name,
    address,
    port,
    protocol: protocol.name,
    station: protocol.stations.format(station),
    facts: program.facts,
    clockAhead: clockAhead(program),
    blocks,
    listed,
    problems,
    content,
  };
}

/** By how much the device's clock is ahead of ours, s. */
export function clockAhead({ clock }: DeviceProgram): number | undefined {
  return clock === undefined ? undefined : (clock.device - clock.at) / 1000;
}
