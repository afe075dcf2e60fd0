/**
 * The graph in the DOT language of Graphviz: `dot -Tsvg`. Zones of a policy are boxes, and their levels rows, the highest
 * above, as the Purdue model is drawn.
 *
 * @module
 */

import type { Graph, GraphNode } from './graph.ts';

export function dot({ nodes, edges }: Graph): string {
  const lines = [
    'digraph plant {',
    '  rankdir=TB; newrank=true; compound=true;',
    '  node [shape=box, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
  ];
  const zones = Map.groupBy(nodes, ({ zone }) => zone);
  let index = 0;
  for (const [zone, members] of zones) {
    const inside = members.map(node => `  ${statement(node)}`);
    if (zone === '') lines.push(...inside);
    else {
      const level = members[0]!.level;
      const label = level === undefined ? zone : `${zone} (level ${level})`;
      lines.push(
        `  subgraph cluster_${index++} {`,
        `    label=${quoted(label)};`,
        ...inside.map(line => `  ${line}`),
        '  }',
      );
    }
  }
  const levels = [
    ...Map.groupBy(
      nodes.filter(({ level }) => level !== undefined),
      ({ level }) => level!,
    ),
  ];
  levels.sort(([a], [b]) => b - a);
  for (const [, members] of levels)
    lines.push(`  { rank=same; ${members.map(({ id }) => quoted(id)).join('; ')} }`);
  for (let i = 1; i < levels.length; i++) {
    const [above, below] = [levels[i - 1]![1][0]!, levels[i]![1][0]!];
    lines.push(`  ${quoted(above.id)} -> ${quoted(below.id)} [style=invis];`);
  }
  for (const { client, server, protocol, verbs } of edges) {
    const counts = Object.entries(verbs).map(([verb, count]) => `${verb} ${count}`);
    const label = [protocol, ...counts.slice(0, 4)].join('\n');
    lines.push(`  ${quoted(client)} -> ${quoted(server)} [label=${quoted(label)}];`);
  }
  return [...lines, '}', ''].join('\n');
}

function statement({ id, name, role, certainty, vendor, model }: GraphNode): string {
  const what = role === '' ? '' : certainty === 'shown' ? role : `${role} (${certainty})`;
  const label = [name, id, what, model === '' ? vendor : model].filter(line => line !== '').join('\n');
  return `${quoted(id)} [label=${quoted(label)}];`;
}

/** A quoted string; what devices say of themselves must not be read as escapes. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
