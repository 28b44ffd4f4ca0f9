/** The scanner of `clamd.ts` as a process of its own, which can be stopped and killed. Argument: the port. Prints the port, and a line for each file that it begins to read. */
import { startClamd } from './clamd.ts';

const clamd = await startClamd(Number(process.argv[2] ?? 0), () => process.stdout.write('READS\n'));
process.stdout.write(`PORT ${clamd.port}\n`);
