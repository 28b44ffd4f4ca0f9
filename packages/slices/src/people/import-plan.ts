import type { Reader } from '@joinery/core';
import { handleFault, normaliseEmail } from '@joinery/core';
import type { ImportFile, ImportRow, LineFault } from './import-file.ts';

/** What an import will do: shown before anything is changed. */
export type ImportPlan = {
  /** To be made. */
  rows: ImportRow[];
  /** Their mail address has an account here: left as they are. */
  here: ImportRow[];
  faults: LineFault[];
  unusedColumns: string[];
};

/** Compares a list with who is here already. */
export async function planImport(db: Reader, file: Extract<ImportFile, { ok: true }>): Promise<ImportPlan> {
  const known = await knownOf(
    db,
    'email',
    file.rows.map((row) => normaliseEmail(row.email)),
  );
  const taken = await knownOf(
    db,
    'handle',
    file.rows.flatMap((row) => row.handle ?? []),
  );
  const here = file.rows.filter((row) => known.has(normaliseEmail(row.email)));
  const faults = [...file.faults];
  const rows: ImportRow[] = [];
  for (const row of file.rows) {
    if (known.has(normaliseEmail(row.email))) continue;
    const fault =
      row.handle === undefined ? null : (handleFault(row.handle) ?? (taken.has(row.handle) ? 'taken' : null));
    if (fault) faults.push({ line: row.line, field: 'handle', code: fault, value: row.handle ?? '' });
    else rows.push(row);
  }
  faults.sort((one, other) => one.line - other.line);
  return { rows, here, faults, unusedColumns: file.unusedColumns };
}

async function knownOf(db: Reader, what: 'email' | 'handle', values: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < values.length; start += 500) {
    const part = values.slice(start, start + 500);
    const rows =
      what === 'email'
        ? await db.selectFrom('account').select('email as value').where('email', 'in', part).execute()
        : await db.selectFrom('handle').select('name as value').where('name', 'in', part).execute();
    for (const row of rows) found.add(row.value);
  }
  return found;
}
