import { expect, test } from 'vitest';
import { Checkbox, RadioGroup } from './choices.tsx';
import { ErrorSummary } from './error-summary.tsx';
import { Form, Select, TextArea, TextField } from './form.tsx';

const html = (node: { toString(): string | Promise<string> }) => String(node);

test('a form posts with its token and leaves checking to the server', () => {
  const form = html(
    <Form action="/groups" csrf={'a"b'}>
      x
    </Form>,
  );
  expect(form).toContain('method="post" action="/groups"');
  expect(form).toContain('novalidate');
  expect(form).toContain('<input type="hidden" name="csrf" value="a&quot;b"/>');
});

test('a field with a fault keeps what was typed and is tied to its label, description and fault', () => {
  const field = html(
    <Form action="/partners" csrf="x" errors={[{ field: 'host', text: 'Enter a host' }]}>
      <TextField name="host" label="Host" description="Like x.example" value="<wrong>" autocomplete="url" />
    </Form>,
  );
  expect(field).toContain('<label class="ds-label" for="field-host">Host</label>');
  expect(field).toContain('value="&lt;wrong&gt;"');
  expect(field).toContain('aria-describedby="field-host-description field-host-error"');
  expect(field).toContain('aria-invalid="true"');
  expect(field).toContain('autocomplete="url"');
  for (const id of ['field-host', 'field-host-description', 'field-host-error']) {
    expect(field.split(`id="${id}"`)).toHaveLength(2);
  }
});

test('a field without fault says nothing about faults', () => {
  const none = /aria-invalid|aria-describedby|ds-validation/;
  expect(html(<TextField name="host" label="Host" />)).not.toMatch(none);
  const other = (
    <Form action="/partners" csrf="x" errors={[{ field: 'reason', text: 'Say why' }]}>
      <TextField name="host" label="Host" />
    </Form>
  );
  expect(html(other)).not.toMatch(none);
});

test('a field for a day gives back what is no day as it was typed', () => {
  expect(html(<TextField name="since" label="Since" type="date" value="2026-02-01" />)).toContain('type="date"');
  expect(html(<TextField name="since" label="Since" type="date" value="soon" />)).toContain('type="text" value="soon"');
});

test.each(['one\ntwo', '\nbegins with a line break', '</textarea><script>alert(1)</script>', ''])(
  'a text area gives back %j as it was typed',
  (value) => {
    const area = html(<TextArea name="text" label="Text" value={value} />);
    const inside = /<textarea[^>]*>([\s\S]*)<\/textarea>/.exec(area)?.[1] ?? '';
    // The parser drops one line break after the tag (HTML standard, 13.2.6.4.7).
    const parsed = inside.replace(/^\n/, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    expect(parsed).toBe(value);
  },
);

test('choices keep what was chosen, and the summary can lead to the first', () => {
  const options = [
    { value: 'a', label: 'A', description: 'About A' },
    { value: 'b', label: 'B' },
  ];
  const group = html(
    <Form action="/x" csrf="x" errors={[{ field: 'kind', text: 'Choose' }]}>
      <RadioGroup name="kind" label="Kind" value="b" options={options} />
    </Form>,
  );
  expect(group).toMatch(/<input[^>]*id="field-kind-b"[^>]*checked/);
  expect(group).not.toMatch(/<input[^>]*id="field-kind"[^>]* checked/);
  expect(group).toContain('aria-describedby="field-kind-about"');
  expect(html(<Select name="kind" label="Kind" value="b" options={options} />)).toContain('<option value="b" selected');
  expect(html(<Checkbox name="listed" label="Listed" checked={true} />)).toContain('checked');
});

test('the error summary takes the focus, names itself and links to the fields', () => {
  const summary = html(
    <ErrorSummary language="nl" errors={[{ field: 'host', text: 'Vul in' }, { text: 'Mislukt' }]} />,
  );
  expect(summary).toMatch(/role="alert" tabindex="-1" autofocus/);
  expect(summary).toContain('Er is een probleem');
  expect(summary).toContain('href="#field-host"');
  expect(html(<ErrorSummary language="nl" errors={[]} />)).not.toContain('alert');
});
