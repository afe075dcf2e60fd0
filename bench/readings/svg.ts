/**
 * Line plots as plain SVG, readable on light and on dark pages: colours follow the reader's scheme, and every line is
 * labelled at its end, so that no legend and no colour alone tells them apart.
 *
 * @module
 */

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: { readonly label: string; readonly to: number; readonly step: number };
  readonly y: { readonly label: string; readonly to: number; readonly step: number };
  readonly lines: readonly Line[];
  /** A line across that is to be reached. */
  readonly goal?: number;
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 56;
const RIGHT = 168;
const TOP = 40;
const BOTTOM = 52;
/** Least distance of two labels, px. */
const APART = 15;

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.axis { stroke: #59636e; stroke-width: 1; }
.goal { stroke: #59636e; stroke-dasharray: 2 4; }
polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; } .c3 { stroke: #8250df; }
.c4 { stroke: #9a6700; } .c5 { stroke: #cf222e; } .c6 { stroke: #59636e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .grid { stroke: #3d444d; }
  .axis, .goal { stroke: #9198a1; }
  .c0 { stroke: #4493f8; } .c1 { stroke: #f0883e; } .c2 { stroke: #3fb950; } .c3 { stroke: #ab7df8; }
  .c4 { stroke: #d29922; } .c5 { stroke: #f85149; } .c6 { stroke: #9198a1; }
}`;

export function svg(plot: Plot): string {
  const { title, x, y, lines, goal } = plot;
  const px = (value: number) => round(LEFT + (value / x.to) * (WIDTH - LEFT - RIGHT));
  const py = (value: number) => round(HEIGHT - BOTTOM - (value / y.to) * (HEIGHT - TOP - BOTTOM));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<text class="title" x="${LEFT}" y="22">${escaped(title)}</text>`,
  ];
  for (let value = 0; value <= y.to + 1e-9; value += y.step) {
    parts.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(value)}" y2="${py(value)}"/>`,
      `<text x="${LEFT - 8}" y="${py(value) + 4}" text-anchor="end">${round(value)}</text>`,
    );
  }
  for (let value = 0; value <= x.to + 1e-9; value += x.step) {
    parts.push(
      `<line class="axis" x1="${px(value)}" x2="${px(value)}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 5}"/>`,
      `<text x="${px(value)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${round(value)}</text>`,
    );
  }
  parts.push(
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(0)}" y2="${py(0)}"/>`,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
  );
  if (goal !== undefined) {
    parts.push(`<line class="goal" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(goal)}" y2="${py(goal)}"/>`);
  }
  const labels = lines
    .map(({ label, points }, i) => ({ label, i, at: py(points.at(-1)?.[1] ?? 0) }))
    .sort((a, b) => a.at - b.at);
  for (const [i, label] of labels.entries()) {
    if (i > 0) label.at = Math.max(label.at, labels[i - 1]!.at + APART);
  }
  const over = Math.max(0, (labels.at(-1)?.at ?? 0) - (HEIGHT - BOTTOM));
  for (const [i, { points }] of lines.entries()) {
    const list = points.map(([a, b]) => `${px(a)},${py(b)}`).join(' ');
    parts.push(`<polyline class="c${i % 7}" points="${list}"/>`);
  }
  for (const { label, i, at } of labels) {
    const end = py(lines[i]!.points.at(-1)?.[1] ?? 0);
    parts.push(
      `<polyline class="c${i % 7}" style="stroke-width:1" points="${WIDTH - RIGHT},${end} ${WIDTH - RIGHT + 10},${round(at - over)}"/>`,
      `<text x="${WIDTH - RIGHT + 14}" y="${round(at - over + 4)}">${escaped(label)}</text>`,
    );
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
