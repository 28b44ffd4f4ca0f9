export * from './accounts/accounts.ts';
export * from './accounts/anew.ts';
export * from './accounts/commands.ts';
export * from './accounts/grants.ts';
export * from './accounts/one-way.ts';
export * from './accounts/passwords.ts';
export * from './accounts/second-step.ts';
export * from './accounts/sessions.ts';
export * from './accounts/sign-in.ts';
export * from './accounts/sign-in-links.ts';
export * from './accounts/throttle.ts';
export * from './accounts/tokens.ts';
export { type LastBackup, lastBackup } from './backup/backup.ts';
export * from './backup/commands.ts';
export * from './backup/quarantine.ts';
export * from './by-name.ts';
export * from './config.ts';
export * from './context.ts';
export * from './db/changes.ts';
export * from './db/migrate.ts';
export * from './db/open.ts';
export * from './db/prepared.ts';
export * from './db/schema.ts';
export { isStorageFault } from './db/storage-fault.ts';
export * from './doors.ts';
export * from './errors.ts';
export * from './fold.ts';
export * from './handles.ts';
export * from './http/api.ts';
export * from './http/assets.ts';
export { cookieName, dropCookie, readCookie, writeCookie } from './http/cookies.ts';
export * from './http/cursor.ts';
export * from './http/environment.ts';
export * from './http/errors.ts';
export * from './http/form.ts';
export * from './http/health.ts';
export type { KeptForm } from './http/kept-forms.ts';
export * from './http/language.ts';
export { keepNext, takeNext } from './http/next.ts';
export {
  followAddress,
  nodeOrigin,
  type OwnNodeOffer,
  ownNodeOffer,
  rememberNode,
  thingAt,
} from './http/own-node.ts';
export * from './http/refusal-texts.ts';
export { safeNext } from './http/request-target.ts';
export * from './http/second-step.ts';
export * from './http/server.ts';
export * from './http/visitor.ts';
export * from './http/web-app.ts';
export * from './ids.ts';
export * from './jobs/jobs.ts';
export * from './jobs/worker.ts';
export * from './json.ts';
export * from './keys.ts';
export * from './limits.ts';
export * from './log/after-effects.ts';
export * from './log/events.ts';
export * from './log/read.ts';
export * from './log/subscriptions.ts';
export type { LaneItemRow } from './log/tables.ts';
export * from './logger.ts';
export * from './mail.ts';
export * from './node-identity.ts';
export { apart } from './once.ts';
export * from './origin.ts';
export * from './ports.ts';
export * from './schema-migrations.ts';
export * from './search.ts';
export * from './secret.ts';
export * from './slice.ts';
export * from './version.ts';
export * from './work.ts';
