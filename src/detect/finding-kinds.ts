/**
 * The findings over operations and connections: what each is called, how bad it is and why, and what to do next.
 * Techniques are those of MITRE ATT&CK for ICS.
 *
 * @module
 */

import type { FindingKind, Severity } from '../operation/finding.ts';

export const KINDS = {
  // --- enumeration ---
  hostScan: kind(
    'host-scan',
    'Hosts searched for control protocols',
    'T0846',
    'medium',
    'nothing that runs a plant looks for controllers that it does not know; whoever does prepares something',
    'Find out what runs on the scanning host. A scanner of your own belongs under hosts: scanners in the tuning file.',
  ),
  portScan: kind(
    'port-scan',
    'Ports of a controller probed',
    'T0846',
    'medium',
    'a probe of many ports of a controller looks for ways in, and some controllers fail under it',
    'Find out what runs on the scanning host, and whether the controller still answers its own stations.',
  ),
  stationScan: kind(
    'station-scan',
    'Stations behind an address tried one after the other',
    'T0846',
    'medium',
    'the stations behind an address are known to whoever runs the plant; trying them out is a search',
    'Compare the stations that answered with the inventory, and find out what runs on the scanning host.',
  ),
  functionScan: kind(
    'function-scan',
    'Functions tried out that the device refuses',
    'T0888',
    'medium',
    'a client that knows its device asks for what the device has; trying many functions is reconnaissance',
    'Find out what runs on the client. `cofferdam inspect` shows which functions the device answered: those are known to it now.',
  ),
  objectScan: kind(
    'object-scan',
    'Addresses of a device searched through',
    'T0861',
    'medium',
    'reading an address space from end to end, or asking for addresses that are not there, maps the process',
    'Find out what runs on the client, and whether somebody is commissioning it.',
  ),

  // --- never seen before ---
  newPair: kind(
    'new-pair',
    'Two hosts talk that never did',
    'T0848',
    'medium',
    'who talks to a controller changes seldom, and then somebody knows of it',
    'Ask who put the client into service. If it belongs there, learn a new baseline.',
  ),
  newFunction: kind(
    'new-function',
    'Function used that this client never used',
    'T0855',
    'low',
    'stations do the same all year; a new function is new software, or somebody at work',
    'See whether the client was changed. If it belongs there, learn a new baseline.',
  ),
  newObject: kind(
    'new-object',
    'Object addressed that this client never addressed',
    'T0861',
    'low',
    'stations address the same objects all year; a new one is a changed project, or curiosity',
    'See whether the client’s project was changed. If it belongs there, learn a new baseline.',
  ),
  newWriter: kind(
    'new-writer',
    'Write from a station that never wrote',
    'T0855',
    'high',
    'which stations may change the process is settled when a plant is built',
    'Ask whoever works at the station. If nobody does, disconnect it and read back what it wrote.',
  ),
  blindWrite: kind(
    'blind-write',
    'Write from a station that reads nothing, beside one that watches',
    'T0855',
    'high',
    'operators’ stations watch what they set; a second station that only writes is what an injected command looks like',
    'Ask whether the writing station has any business there. If not, disconnect it and read back what it wrote.',
  ),
  engineeringSession: kind(
    'engineering-session',
    'Engineering from a host that never did it',
    'T0871',
    'high',
    'engineering functions can change the program, and are used by few hosts that are known',
    'Ask who was engineering, from where, and under which work order; compare the controller’s program with the approved one.',
  ),

  // --- credentials and load ---
  passwordGuessing: kind(
    'password-guessing',
    'Passwords of a controller tried',
    'T0859',
    'high',
    'a person mistypes a password once or twice; many failures are somebody without it',
    'Disconnect the client and see which of the attempts succeeded, if any; then change the password.',
  ),
  requestFlood: kind(
    'request-flood',
    'Flood of requests',
    'T0814',
    'medium',
    'controllers have little time for their network; a flood can keep them from their own work',
    'Slow down or disconnect the client, and see whether the controller kept its cycle time.',
  ),
  writeFlood: kind(
    'write-flood',
    'Flood of writes',
    'T0806',
    'high',
    'writes faster than a process follows hold values against whatever operators set',
    'Disconnect the client, take the process over by hand, and read back what was written.',
  ),
  connectionFlood: kind(
    'connection-flood',
    'Flood of connections',
    'T0814',
    'medium',
    'controllers have few connections to give; who takes them all locks the operators out',
    'Disconnect the client, and see whether the stations are still connected.',
  ),
  halfOpenFlood: kind(
    'half-open-flood',
    'Flood of connections that are never completed',
    'T0814',
    'high',
    'connections left half open exhaust a controller and serve no other purpose',
    'Block the sources in front of the controller, and see whether its stations are still connected.',
  ),
  commandBurst: kind(
    'command-burst',
    'Many objects commanded at once',
    'T0855',
    'high',
    'operators command one thing after the other; many outputs in seconds is what opened breakers in attacks on grids',
    'Take the commanded outputs over by hand. Find out what ran on the client.',
  ),

  // --- what is done to the device ---
  stop: kind(
    'stop',
    'Controller stopped',
    'T0858',
    'high',
    'a stopped controller controls nothing',
    'See what state the process is in, start the controller when it is safe, and ask who stopped it.',
  ),
  restart: kind(
    'restart',
    'Device restarted',
    'T0816',
    'high',
    'while it restarts it neither controls nor reports',
    'See what state the process is in, and ask who restarted the device.',
  ),
  modeChange: kind(
    'mode-change',
    'Operating mode changed',
    'T0858',
    'medium',
    'the mode decides whether the controller runs its program, and whose',
    'Ask who changed the mode; compare the controller’s program with the approved one.',
  ),
  silenced: kind(
    'silenced',
    'Device made to answer nobody',
    'T0814',
    'high',
    'a device that is told to listen only answers no station until it is restarted',
    'Restart the device’s communication, and ask who silenced it.',
  ),
  indicatorRemoval: kind(
    'indicator-removal',
    'Counters or logs cleared',
    'T0872',
    'medium',
    'clearing counters and logs takes away what would tell of an intrusion',
    'Compare with the records of your own; ask who cleared them.',
  ),
  alarmSuppression: kind(
    'alarm-suppression',
    'Alarms suppressed',
    'T0878',
    'high',
    'operators act on alarms; those that are locked, or acknowledged in bulk, are not seen',
    'Unlock the alarms, and see which were active meanwhile.',
  ),
  timeChange: kind(
    'time-change',
    'Clock set',
    'T0855',
    'low',
    'a wrong clock spoils records, certificates and everything that is done by time',
    'Compare the clock. A server of time belongs under hosts: time in the tuning file.',
  ),
  upload: kind(
    'upload',
    'Program read out of a controller',
    'T0845',
    'medium',
    'whoever has the program knows the process, and can prepare a changed one',
    'Ask who was engineering. An engineering station belongs under hosts: engineering in the tuning file.',
  ),
  download: kind(
    'download',
    'Program loaded into a controller',
    'T0843',
    'high',
    'the program decides what the process does',
    'Compare the controller’s program with the approved one, and ask for the work order.',
  ),
  programChange: kind(
    'program-change',
    'Program activated or deleted',
    'T0889',
    'high',
    'from here on the controller does something else',
    'Compare the controller’s program with the approved one, and ask for the work order.',
  ),
  firmware: kind(
    'firmware',
    'Firmware changed',
    'T0857',
    'critical',
    'firmware lies below everything that could be checked afterwards',
    'Take the controller out of service unless the work order is at hand; load the maker’s firmware again.',
  ),
  safetyAccess: kind(
    'safety-access',
    'Change at a safety controller',
    'T0880',
    'critical',
    'the safety system is the last barrier, and what TRITON went for',
    'Treat it as an intrusion until the person who did it is found; bring the process to its safe state.',
  ),

  // --- what is wrong with messages ---
  malformed: kind(
    'malformed',
    'Messages that break the protocol’s rules',
    'T0866',
    'medium',
    'sound software sends none; broken messages make weak implementations fail or obey',
    'Find out what runs on the sender. Where it is the device, see whether its firmware is sound.',
  ),
  unknownFunction: kind(
    'unknown-function',
    'Functions that nobody knows',
    'T0888',
    'low',
    'what a function does that is in no specification cannot be said',
    'Ask the vendors of both devices. Where the function belongs there, mute this for the two.',
  ),
  strayAnswers: kind(
    'stray-answers',
    'Answers that nobody asked for',
    'T0856',
    'medium',
    'a second answer to a request, or one without a request, is how false readings are put in',
    'Look for a host between the two (ARP, switch tables), and read the values over another way.',
  ),
} as const satisfies Readonly<Record<string, FindingKind>>;

/** All kinds, in the order of the documentation. */
export const FINDING_KINDS: readonly FindingKind[] = Object.values(KINDS);

function kind(
  what: string,
  title: string,
  technique: string,
  severity: Severity,
  because: string,
  advice: string,
): FindingKind {
  return { name: `detect.${what}`, title, severity, because, technique, advice };
}
