/**
 * Readings for tests: a signal that wanders, with noise, in steps of 0.01, one a second.
 *
 * @module
 */

/** Uniform values in (0, 1) from a seed: Park and Miller's generator. */
export function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Standard normal values: Box and Muller's transform. */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** `count` readings about 50 bar: a wander of 0.1 bar with 60 s of memory, noise of 0.03 bar. */
export function pressures(seed: number, count: number): Float64Array {
  const normal = normals(seed);
  const keep = Math.exp(-1 / 60);
  const kick = 0.1 * Math.sqrt(1 - keep * keep);
  let level = 0;
  return Float64Array.from({ length: count }, () => {
    level = level * keep + kick * normal();
    return Math.round((50 + level + 0.03 * normal()) * 100) / 100;
  });
}
