/**
 * The floors of the house, as rules of dependency-cruiser. `npm run floors` checks them; ARCHITECTURE.md draws
 * them. A file imports from its own room and from lower floors, and no ring of imports is allowed, not even of
 * types. Tests beside the code may look anywhere; nothing looks at tests.
 *
 * @module
 */

import type { IForbiddenRuleType } from 'dependency-cruiser';

const FLOORS = [
  ['operation'],
  ['protocol', 'packet'],
  ['policy', 'program', 'process'],
  ['gateway', 'monitor', 'plant', 'audit', 'detect'],
  ['drill'],
  ['cli'],
];

/** Imports that cross the floors all the same: from and to are regular expressions. Each with its reason. */
const EXCEPTIONS: readonly { from: string; to: string; reason: string }[] = [];

/** What runs without being imported: the program, and its worker threads. */
const ENTRIES = ['^src/cli/main\\.ts$', '^src/.*worker\\.ts$'];

/** Tests, and what only tests need: `x.test.ts`, `x.fixture.ts`, `testing.ts`, `x-testing.ts`. */
const TEST = '(\\.test|\\.fixture|\\btesting)\\.ts$';

const room = (names: readonly string[]) => `^src/(${names.join('|')})/`;

const floors: IForbiddenRuleType[] = FLOORS.flatMap((rooms, floor) =>
  rooms.map(name => ({
    name: `floor-of-${name}`,
    comment: `${name}/ is on floor ${floor}: it imports from itself and from lower floors only`,
    severity: 'error',
    from: {
      path: room([name]),
      pathNot: [TEST, ...EXCEPTIONS.map(exception => exception.from)],
    },
    to: { path: '^src/', pathNot: room([name, ...FLOORS.slice(0, floor).flat()]) },
  })),
);

const exceptions: IForbiddenRuleType[] = EXCEPTIONS.map(({ from, to, reason }, index) => ({
  name: `exception-${index + 1}`,
  comment: `${reason}; nothing else may cross`,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: to },
}));

export const FLOOR_RULES: readonly IForbiddenRuleType[] = [
  ...floors,
  ...exceptions,
  {
    name: 'room-without-floor',
    comment: 'every room of src/ has its floor in tool/floor-rules.ts',
    severity: 'error',
    from: {},
    to: { path: '^src/', pathNot: room(FLOORS.flat()) },
  },
  {
    name: 'protocols-apart',
    comment: 'protocol/<name>/ knows no other protocol: what several share is in protocol/osi/',
    severity: 'error',
    from: { path: '^src/protocol/([^/]+)/', pathNot: TEST },
    to: { path: '^src/protocol/[^/]+/', pathNot: '^src/protocol/($1|osi)/' },
  },
  {
    name: 'contract-before-protocols',
    comment: 'the contract that protocols share knows none of them; only the registry does',
    severity: 'error',
    from: { path: '^src/protocol/[^/]+\\.ts$', pathNot: ['^src/protocol/registry\\.ts$', TEST] },
    to: { path: '^src/protocol/([^/]+/|registry\\.ts$)' },
  },
  {
    name: 'registry-from-above',
    comment: 'who is on floor 1 knows nothing of which protocols there are',
    severity: 'error',
    from: { path: room(['protocol', 'packet']), pathNot: TEST },
    to: { path: '^src/protocol/registry\\.ts$' },
  },
  {
    name: 'no-ring',
    comment: 'files that import each other in a ring are one file in pieces; types count too',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'tests-stay-outside',
    comment: 'what ships imports no test, bench or tool',
    severity: 'error',
    from: { path: '^src/', pathNot: TEST },
    to: { path: ['^(test|bench|tool|bin)/', TEST] },
  },
  {
    name: 'packages-of-the-product',
    comment: 'what ships imports Node and the dependencies of package.json, not those of development',
    severity: 'error',
    from: { path: '^src/', pathNot: TEST },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional', 'npm-peer'] },
  },
  {
    name: 'not-found',
    comment: 'every import leads somewhere',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'nobody-needs-it',
    comment: 'what ships is imported by what runs; a test alone is no reason for a file',
    severity: 'error',
    from: { path: '^src/', pathNot: TEST },
    module: { path: '^src/', pathNot: [TEST, ...ENTRIES], numberOfDependentsLessThan: 1 },
  },
];
