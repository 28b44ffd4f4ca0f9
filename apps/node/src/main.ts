/** Starts one node, as the environment says. */
import { runServer } from './run-server.ts';

await runServer(process.env);
