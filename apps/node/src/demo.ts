/** `npm run demo`: a department, two councils, a housing association and a stranger, each in a process of its own, until Ctrl-C. */

import { runDemoNode } from './demo/node.ts';
import { runDemo } from './demo/run.ts';

if (process.argv[2] === 'node') await runDemoNode(process.env);
else await runDemo({ check: process.argv.includes('--check') });
