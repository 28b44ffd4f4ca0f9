import { accountMigrations } from './accounts/migrations.ts';
import { backupMigrations } from './backup/migrations.ts';
import { eraseMigrations } from './db/erase.ts';
import type { Migrations } from './db/migrate.ts';
import { fileMigrations } from './files/migrations.ts';
import { jobMigrations } from './jobs/migrations.ts';
import { logMigrations } from './log/migrations.ts';
import { groundMigrations } from './migrations.ts';

/** Core's own migrations; those of slices come after them by date. */
export const coreMigrations: Migrations[] = [
  groundMigrations,
  logMigrations,
  jobMigrations,
  accountMigrations,
  fileMigrations,
  backupMigrations,
  eraseMigrations,
];
