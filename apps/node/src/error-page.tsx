import { type ErrorPage, ownNodeOffer } from '@joinery/core';
import { defineMessages, OpenOnOwnNode, PageHeading, pageModel, renderPage } from '@joinery/ui';

const messages = defineMessages({
  en: { home: 'Go to the start page', reference: 'If you report this, mention the reference {id}.' },
  nl: { home: 'Naar de startpagina', reference: 'Vermeld bij een melding het kenmerk {id}.' },
});

/** The page for everything that was refused or went wrong: what happened, what to do, and where to go on. */
export const errorPage: ErrorPage = async (c, error) => {
  const t = messages(c.var.language);
  const page = await pageModel(c, { title: error.title });
  const offer = error.status === 404 ? ownNodeOffer(c, c.req.path) : null;
  return renderPage(
    page,
    <>
      <PageHeading title={error.title} lead={error.text} />
      {error.status >= 500 ? <p>{t('reference', { id: error.requestId })}</p> : null}
      {offer ? <OpenOnOwnNode offer={offer} csrf={c.var.csrf} language={c.var.language} /> : null}
      <p>
        <a class="ds-link" href="/">
          {t('home')}
        </a>
      </p>
    </>,
  );
};
