/**
 * The smallest controller: answers every 12-byte request at once with the same registers. Runs as a process of
 * its own and sends its port to the one that started it.
 *
 * @module
 */

import { createServer } from 'node:net';
import { REQUEST, response, SERVER } from './message.ts';

const server = createServer({ noDelay: true }, socket => {
  const answer = response();
  // Bytes of the request under way that came so far, and its transaction identifier.
  let come = 0;
  socket.on('data', chunk => {
    for (const byte of chunk as Buffer) {
      if (come < 2) answer[come] = byte;
      come++;
      if (come === REQUEST.length) {
        come = 0;
        socket.write(answer.slice());
      }
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, SERVER, () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
process.on('disconnect', () => process.exit());
