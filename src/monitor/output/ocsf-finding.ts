/**
 * A finding as OCSF has it: Detection Finding (2004), OCSF 1.8.0.
 *
 * @module
 */

import { hash } from 'node:crypto';
import type { Finding, Severity } from '../../operation/finding.ts';
import { METADATA } from './ocsf.ts';

const SEVERITIES: Readonly<Record<Severity, readonly [id: number, name: string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** `title` is that of its kind. */
export function ocsfFinding(finding: Finding, title: string) {
  const { kind, severity, because, technique, message, advice, subject, from, to, count, evidence } = finding;
  const [severityId, severityName] = SEVERITIES[severity];
  const { client, server, protocol } = subject;
  const identity = [kind, client, server, protocol, subject.station, subject.object, from].join('\n');
  return {
    time: milliseconds(to),
    start_time: milliseconds(from),
    end_time: milliseconds(to),
    count,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    activity_id: 1,
    activity_name: 'Create',
    type_uid: 200401,
    type_name: 'Detection Finding: Create',
    severity_id: severityId,
    severity: severityName,
    status_id: 1,
    status: 'New',
    is_alert: severityId > 1,
    message,
    metadata: METADATA,
    finding_info: {
      uid: hash('sha256', identity).slice(0, 32),
      title,
      desc: `${message}, because ${because}.`,
      types: [kind],
      first_seen_time: milliseconds(from),
      last_seen_time: milliseconds(to),
      created_time: milliseconds(from),
      attacks: [{ technique: { uid: technique } }],
    },
    evidences: evidence.map(({ time, what }) => ({
      ...(client === undefined ? {} : { src_endpoint: { ip: client } }),
      ...(server === undefined ? {} : { dst_endpoint: { ip: server } }),
      data: { time, what },
    })),
    remediation: { desc: advice },
    unmapped: { subject },
  };
}

function milliseconds(time: number): number {
  return Math.floor(time * 1000);
}
