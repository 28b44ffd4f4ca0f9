import { serve } from '@joinery/core';
import { Hono } from 'hono';
import { answerCalls } from './children.ts';

/** The least that a page can cost: a Hono route behind the same server that answers a ready text. */
export async function serveEmptyRoute(): Promise<void> {
  const app = new Hono();
  const page = `<!doctype html><title>Empty</title>${'<p>x</p>'.repeat(2_000)}`;
  app.get('/', (c) => c.html(page));
  const server = await serve({ fetch: app.fetch as never }, { host: '127.0.0.1', port: 0 });
  let before = process.threadCpuUsage();
  answerCalls({
    port: () => server.port,
    begin: () => {
      before = process.threadCpuUsage();
    },
    end: () => process.threadCpuUsage(before),
  });
}
