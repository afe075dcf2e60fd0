/**
 * Loaded before the program (`node --import`), it sets the clock to `COFFERDAM_TEST_TIME`, so that documents with times in
 * them can be executed.
 *
 * @module
 */

const start = Date.parse(process.env.COFFERDAM_TEST_TIME ?? '');
if (Number.isNaN(start)) throw new Error('COFFERDAM_TEST_TIME is no time');
const loaded = performance.now();
Date.now = () => Math.floor(start + performance.now() - loaded);
