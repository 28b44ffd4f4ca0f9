/** Starts one node. */
process.stdout.write('Joinery\n');
