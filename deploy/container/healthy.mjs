// The container's health check: asks the node on its own port whether it can do its work. Ends with 1 and the reasons when not.
const port = process.env.JOINERY_PORT ?? '3000';
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) });
  if (!answer.ok) {
    process.stderr.write(`${await answer.text()}\n`);
    process.exit(1);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
