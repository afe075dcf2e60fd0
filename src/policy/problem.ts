/**
 * What is wrong with a policy, and where: gathered while the file is read, so that one run tells all of it.
 *
 * @module
 */

/** One mistake. `message` says what to write instead. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

/** `file:line:column: message`, as compilers write it and editors find it. */
export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** A policy that cannot be used. The message is all its problems, one a line. */
export class PolicyError extends Error {
  readonly code = 'COFFERDAM_POLICY';
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}
