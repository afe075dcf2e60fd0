#!/usr/bin/env node
// Written so that Node 4 can read it and say what is missing, instead of failing on the syntax.
'use strict';

var NEEDED = Number(/\d+/.exec(require('../package.json').engines.node)[0]);
var FOUND = process.version + ' (' + process.execPath + ')';
var REMEDY = 'install a newer one, from your distribution or nodejs.org, and put it first in PATH';

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  console.error('cofferdam: needs Node.js ' + NEEDED + ' or later, and this is ' + FOUND + '; ' + REMEDY);
  process.exitCode = 2;
} else {
  require('./run.cjs');
}
