import type { Browser } from 'playwright-core';
import type { startIdentityProvider } from '../../harness/identity-provider.ts';
import type { MailServer } from '../../harness/mail-server.ts';
import type { TestNode } from '../../harness/node.ts';

/** What is around the ICT lead: a node that nobody has opened yet, and a department that has one. */
export type IctWorld = {
  browser: Browser;
  /** Of the first administrator, from the log. */
  link: string;
  node: TestNode;
  provider: Awaited<ReturnType<typeof startIdentityProvider>>;
  mail: MailServer;
  department: TestNode;
  /** At the department, with a topic in it. */
  group: { uri: string };
};
