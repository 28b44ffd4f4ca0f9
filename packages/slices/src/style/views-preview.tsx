import {
  Badge,
  type Contrast,
  colourScale,
  contrastWithWhite,
  DescriptionList,
  formatNumber,
  Heading,
  initials,
  type Language,
  Notice,
  Panel,
  type Scheme,
  Stack,
  type ThemeInput,
  themeContrast,
} from '@joinery/ui';
import { messages } from './messages.ts';

type Model = {
  language: Language;
  agency: string;
  theme: ThemeInput;
  logo: string | null;
  alt: string;
  previewHref: string;
};

/** How it will look, in light and in dark, and whether it can be read. */
export function Preview(model: Model) {
  const t = messages(model.language);
  return (
    <Stack>
      <link rel="stylesheet" href={model.previewHref} />
      <Panel title={t('previewTitle')} id="preview">
        <Sample {...model} scheme="light" title={t('light')} />
        <Sample {...model} scheme="dark" title={t('dark')} />
      </Panel>
      <ContrastPanel language={model.language} theme={model.theme} />
    </Stack>
  );
}

function Sample(model: Model & { scheme: Scheme; title: string }) {
  const t = messages(model.language);
  const id = `preview-${model.scheme}`;
  return (
    <section aria-labelledby={id} class="app-preview-part">
      <Heading level={3} id={id}>
        {model.title}
      </Heading>
      <div class="app-preview" data-preview="" data-color-scheme={model.scheme} data-color="accent">
        <p class="app-brand">
          {model.logo ? (
            <img class="app-logo" src={model.logo} alt={model.alt} height={40} />
          ) : (
            <span class="app-mark" aria-hidden="true">
              {initials(model.agency)}
            </span>
          )}
          <span class="app-brand-agency">{model.agency}</span>
        </p>
        <p class="app-strong">{t('sampleTitle')}</p>
        <p>
          {t('sampleText')}{' '}
          <a class="ds-link" href="#preview">
            {t('sampleLink')}
          </a>
        </p>
        <p class="app-badges">
          <Badge tone="accent">{t('sampleOwn')}</Badge>
          <Badge tone="second">{t('sampleOther')}</Badge>
        </p>
        <p class="app-actions">
          <span class="ds-button" data-variant="primary">
            {t('samplePrimary')}
          </span>
          <span class="ds-button" data-variant="secondary">
            {t('sampleSecondary')}
          </span>
        </p>
        <Swatches colour={model.theme.colour} scheme={model.scheme} label={t('shades')} />
      </div>
    </section>
  );
}

const shown = [
  ...(['background-tinted', 'surface-tinted', 'surface-active', 'border-default', 'border-strong'] as const),
  ...(['base-default', 'base-hover', 'text-subtle', 'text-default'] as const),
];

/** Drawn, since attributes of a drawing are no styles and need no exception in the content security policy. */
function Swatches({ colour, scheme, label }: { colour: string; scheme: Scheme; label: string }) {
  const scale = colourScale(colour, scheme);
  return (
    <svg class="app-swatches" viewBox={`0 0 ${shown.length * 10} 8`} role="img" aria-label={label}>
      {shown.map((step, index) => (
        <rect x={index * 10} y="0" width="10" height="8" fill={scale[step]} />
      ))}
    </svg>
  );
}

function ContrastPanel({ language, theme }: { language: Language; theme: ThemeInput }) {
  const t = messages(language);
  const found = themeContrast(theme);
  const good = found.every(({ ratio, needed }) => ratio >= needed);
  const names = { text: t('partText'), border: t('partBorder'), button: t('partButton') };
  const of = (part: Contrast['part'], scheme: Scheme) =>
    found.find((one) => one.part === part && one.scheme === scheme);
  const own = contrastWithWhite(theme.colour);
  const number = (value: number | undefined) => formatNumber(language, value ?? 0);
  return (
    <Panel title={t('verdictTitle')} id="contrast">
      <Notice kind={good ? 'success' : 'warning'} language={language}>
        {good ? t('verdictGood') : t('verdictBad')}
      </Notice>
      <DescriptionList
        items={(['text', 'border', 'button'] as const).map((part) => ({
          term: names[part],
          value: t('ratio', {
            light: number(of(part, 'light')?.ratio),
            dark: number(of(part, 'dark')?.ratio),
            needed: number(of(part, 'light')?.needed),
          }),
        }))}
      />
      {own < 3 ? <p>{t('pale', { ratio: number(own) })}</p> : null}
    </Panel>
  );
}
