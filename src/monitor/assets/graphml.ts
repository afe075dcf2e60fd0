/**
 * The graph in GraphML (http://graphml.graphdrawing.org/specification.html), which yEd, Gephi, Cytoscape and networkx read.
 *
 * @module
 */

import type { Graph } from './graph.ts';

const NODE_KEYS = ['name', 'role', 'certainty', 'vendor', 'model', 'firmware', 'macs', 'zone'] as const;

export function graphml({ nodes, edges }: Graph): string {
  const key = (id: string, of: string, type: string) =>
    `  <key id="${id}" for="${of}" attr.name="${id}" attr.type="${type}"/>`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
    ...NODE_KEYS.map(id => key(id, 'node', 'string')),
    key('level', 'node', 'int'),
    ...['protocol', 'verbs'].map(id => key(id, 'edge', 'string')),
    ...['port', 'operations', 'failed'].map(id => key(id, 'edge', 'long')),
    '  <graph id="plant" edgedefault="directed">',
  ];
  for (const node of nodes) {
    lines.push(`    <node id="${xml(node.id)}">`);
    for (const id of NODE_KEYS) if (node[id] !== '') lines.push(data(id, node[id]));
    if (node.level !== undefined) lines.push(data('level', String(node.level)));
    lines.push('    </node>');
  }
  for (const edge of edges) {
    lines.push(`    <edge source="${xml(edge.client)}" target="${xml(edge.server)}">`);
    lines.push(data('protocol', edge.protocol), data('port', String(edge.port)));
    lines.push(data('operations', String(edge.operations)), data('failed', String(edge.failed)));
    const verbs = Object.entries(edge.verbs).map(([verb, count]) => `${verb} ${count}`);
    lines.push(data('verbs', verbs.join(', ')), '    </edge>');
  }
  return [...lines, '  </graph>', '</graphml>', ''].join('\n');
}

function data(key: string, value: string): string {
  return `      <data key="${key}">${xml(value)}</data>`;
}

/** XML 1.0 knows no control characters, and facts have none (they are made plain where they are kept). */
function xml(text: string): string {
  return text.replace(/[&<>"]/g, one => `&#${one.charCodeAt(0)};`);
}
