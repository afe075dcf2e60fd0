/**
 * How long a piece of code computes: time on the processor, of which a machine that does other things too gives less at a
 * time but needs no more.
 *
 * @module
 */

/** Milliseconds that this thread has computed for so far. */
export function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
