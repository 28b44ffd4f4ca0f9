import type { Child } from 'hono/jsx';

export type Column<Row> = {
  header: string;
  cell: (row: Row) => Child;
  /** Numbers line up at the right. */
  numeric?: boolean;
  /** Buttons and links of a row; the header is only read aloud. */
  actions?: boolean;
};

// Spelled out because browsers forget the roles of a table's elements when they are laid out as cards.
const as = (role: 'table' | 'rowgroup' | 'row' | 'columnheader' | 'rowheader' | 'cell') => ({ role });

/**
 * Rows of the same kind. The first column names the row. Wide tables scroll within a region that the keyboard reaches;
 * on narrow screens every row becomes a card. `id` is unique in the page.
 */
export function DataTable<Row>({
  id,
  caption,
  columns,
  rows,
}: {
  id: string;
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}) {
  return (
    <section class="app-table-region" tabindex={0} aria-labelledby={id}>
      <table class="ds-table app-table" {...as('table')}>
        <caption id={id}>{caption}</caption>
        <thead {...as('rowgroup')}>
          <tr {...as('row')}>
            {columns.map((column) => (
              <th scope="col" {...as('columnheader')} data-numeric={column.numeric ? '' : undefined}>
                {column.actions ? <span class="ds-sr-only">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...as('rowgroup')}>
          {rows.map((row) => (
            <tr {...as('row')}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th scope="row" {...as('rowheader')}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td
                    {...as('cell')}
                    data-label={column.actions ? undefined : column.header}
                    data-numeric={column.numeric ? '' : undefined}
                  >
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
