#!/usr/bin/env node
// Written so that Node 4 can read it and say what is missing, instead of failing on the syntax.
'use strict';

var fs = require('fs');
var path = require('path');

var ROOT = path.dirname(__dirname);
// A clone that was not built runs its sources, with the Node that it brings.
var CLONE = !fs.existsSync(path.join(ROOT, 'dist/cli/main.js'));
var OWN = path.join(ROOT, 'node_modules/node-' + process.platform + '-' + process.arch, 'bin/node');
var NEEDED = Number(/\d+/.exec(require('../package.json').engines.node)[0]);
var FOUND = process.version + ' (' + process.execPath + ')';
var REMEDY = CLONE
  ? 'run `npm ci` in ' + ROOT + ', which brings one'
  : 'install a newer one, from your distribution or nodejs.org, and put it first in PATH';

if (CLONE && !fs.existsSync(path.join(ROOT, 'node_modules/yaml'))) {
  console.error('cofferdam: this clone is not set up yet; run `npm ci` in ' + ROOT);
  process.exitCode = 2;
} else if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  require('./run.cjs');
} else if (CLONE && fs.existsSync(OWN)) {
  handOver();
} else {
  console.error('cofferdam: needs Node.js ' + NEEDED + ' or later, and this is ' + FOUND + '; ' + REMEDY);
  process.exitCode = 2;
}

// Runs the same with the clone's own Node, and ends as that ends.
function handOver() {
  var child = require('child_process').spawn(OWN, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(signal => {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches both; a second one would end the program at once.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on('error', error => {
    console.error('cofferdam: ' + OWN + ': cannot be run (' + error.message + '); ' + REMEDY);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
