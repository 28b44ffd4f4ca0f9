import {
  Badge,
  ButtonLink,
  Checkbox,
  CheckboxGroup,
  Columns,
  Count,
  DataTable,
  DescriptionList,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  FormActions,
  type Language,
  List,
  ListItem,
  Meter,
  Notice,
  PageHeading,
  type PageModel,
  Pagination,
  Panel,
  Person,
  PostCard,
  RadioGroup,
  type Reader,
  renderMarkdown,
  SearchForm,
  Select,
  SourceLabel,
  SubmitButton,
  Tabs,
  Tag,
  TextArea,
  TextField,
} from '@joinery/ui';

const words = {
  en: {
    groups: 'Groups',
    partners: 'Partners',
    group: 'Buying algorithms',
    lead: 'How agencies buy software that decides, and what they ask of suppliers.',
    post: 'Draft guidance on buying algorithms is ready for comment',
    summary:
      'We worked in the remarks of the session in October. Comments are welcome until Friday 4 December; look at chapter 3 (risk classes) in particular.',
    members: 'members',
    required: 'Enter a domain name, such as work.agency.example',
  },
  nl: {
    groups: 'Groepen',
    partners: 'Partners',
    group: 'Inkoop van algoritmes',
    lead: 'Hoe organisaties beslissende software inkopen en wat zij van leveranciers vragen.',
    post: 'Concepthandreiking inkoop van algoritmes staat klaar voor reactie',
    summary:
      'We hebben de opmerkingen uit de sessie van oktober verwerkt. Reageren kan tot en met vrijdag 4 december; let vooral op hoofdstuk 3 (risicoklassen).',
    members: 'leden',
    required: 'Vul een domeinnaam in, zoals samen.voorbeeld.example',
  },
};

const content = `We compared **three contracts** and found that they differ in what a supplier must show:

1. who may see the training data
2. how a decision is explained, see [the register](https://register.example/a)
3. what happens when the model changes

> A supplier that cannot explain a decision cannot sell one.

### Next step

Send clauses to \`clauses@agency.example\` or put them below. https://procurement.example/long/address/that/does/not/want/to/break?because=it&has=no&spaces=in&it=at&all=true`;

/** The frame of every page of the gallery. */
export function galleryPage(language: Language, hrefs: { stylesheetHref: string; themeHref: string }): PageModel {
  const t = words[language];
  return {
    title: t.group,
    language,
    node: { agency: 'Provincie Voorbeeld', name: 'Joinery', origin: 'http://localhost:3000', ...hrefs },
    visitor: { name: 'Sven Bakker', href: '/people/1', administrator: true },
    csrf: 'token',
    navigation: [
      { href: '/', label: 'Home', current: false },
      { href: '/groups', label: t.groups, current: true },
      { href: '/people', label: language === 'nl' ? 'Mensen' : 'People', current: false },
      { href: '/partners', label: t.partners, current: false },
    ],
    notices: [],
    returnTo: '/groups/1',
  };
}

/** A group as its members see it. */
export function GroupPage({ reader }: { reader: Reader }) {
  const t = words[reader.language];
  const marieke = { name: 'Marieke de Vries', href: '/people/2', agency: 'Gemeente Voorbeeldstad' };
  const jonas = {
    name: 'Jonas Lindqvist',
    href: '/people/3',
    agency: 'Skatteverket',
    node: 'samen.skatteverket.example',
  };
  return (
    <>
      <PageHeading
        title={t.group}
        lead={t.lead}
        badges={<Badge icon="lock">On request</Badge>}
        actions={
          <>
            <ButtonLink href="/x">Invite</ButtonLink>
            <ButtonLink href="/x" kind="primary">
              New topic
            </ButtonLink>
          </>
        }
      />
      <Tabs
        label={t.group}
        items={[
          { href: '#posts', label: 'Topics', current: true, count: 60 },
          { href: '#members', label: 'Members', current: false, count: 148 },
          { href: '#about', label: 'About', current: false },
        ]}
      />
      <Columns
        aside={
          <>
            <Panel title="Members" id="members" actions={<Count value={148} label={t.members} />}>
              <List>
                {[marieke, jonas, { name: 'Fatima el Amrani', agency: 'Ministerie van Voorbeeldzaken' }].map(
                  (person) => (
                    <Person person={person} language={reader.language} small={true} />
                  ),
                )}
              </List>
            </Panel>
            <Panel title="About" id="about">
              <DescriptionList
                items={[
                  { term: 'Led by', value: 'Provincie Voorbeeld' },
                  { term: 'Reading', value: 'People of partners' },
                ]}
              />
              <SourceLabel
                source={{ agency: 'Ministry X', node: 'x.example', fetchedAt: '2026-11-21T13:02:00.000Z' }}
                reader={reader}
              />
            </Panel>
          </>
        }
      >
        <h2 class="ds-sr-only" id="posts">
          Topics
        </h2>
        <PostCard
          reader={reader}
          post={{
            href: '/posts/1',
            title: t.post,
            author: marieke,
            at: '2026-11-21T12:12:00.000Z',
            summary: t.summary,
            replies: 6,
            likes: 14,
          }}
          badges={<Badge icon="pin">Pinned</Badge>}
        />
        <PostCard
          reader={reader}
          post={{
            href: '/posts/2',
            title: 'Sharing our model contract clauses',
            author: jonas,
            at: '2026-11-20T15:40:00.000Z',
            content: renderMarkdown(content),
            language: 'en',
            group: { name: 'Procurement', href: '/groups/2' },
            replies: 0,
            likes: 1,
            source: {
              agency: 'Skatteverket',
              node: 'samen.skatteverket.example',
              fetchedAt: '2026-11-21T13:02:00.000Z',
            },
          }}
          badges={<Badge tone="success">Answered</Badge>}
          actions={
            <Form action="/posts/2/like" csrf="token" inline={true}>
              <SubmitButton kind="secondary" small={true} pressed={true}>
                Like
              </SubmitButton>
              <SubmitButton kind="tertiary" small={true}>
                Report
              </SubmitButton>
            </Form>
          }
        />
        <Pagination next="/groups/1?cursor=x" language={reader.language} />
      </Columns>
    </>
  );
}

/** Partners, a form with faults, and the smaller parts. */
export function PartsPage({ reader }: { reader: Reader }) {
  const t = words[reader.language];
  const nodes = [
    {
      host: 'samen.voorbeeldstad.example',
      agency: 'Gemeente Voorbeeldstad',
      state: 'Allowed',
      tone: 'success',
      waiting: 12,
    },
    { host: 'samen.skatteverket.example', agency: 'Skatteverket', state: 'Proposed', tone: 'warning', waiting: 3 },
    { host: 'social.spam.example', agency: 'Unknown', state: 'Blocked', tone: 'danger', waiting: 0 },
  ] as const;
  return (
    <>
      <ErrorSummary
        language={reader.language}
        errors={[
          { field: 'host', text: t.required },
          { field: 'reading', text: 'Choose who may read' },
          { text: 'The node did not answer' },
        ]}
      />
      <PageHeading
        title={t.partners}
        parent={{ href: '/', label: 'Home' }}
        lead="The agencies whose nodes may exchange with this one."
      />
      <Notice kind="success" language={reader.language}>
        Voorbeeldstad is now a partner.
      </Notice>
      <Notice kind="info" language={reader.language}>
        A partner sees your listed groups.
      </Notice>
      <Notice kind="warning" language={reader.language}>
        The agreement with{' '}
        <a class="ds-link" href="/x">
          Skatteverket
        </a>{' '}
        ends in 9 days.
      </Notice>
      <Notice kind="danger" language={reader.language}>
        Nothing has reached x.example since yesterday.
      </Notice>
      <SearchForm action="/partners" label="Filter">
        <TextField name="q" label="Find" type="search" />
        <Select
          name="state"
          label="State"
          value="all"
          options={[
            { value: 'all', label: 'All' },
            { value: 'allowed', label: 'Allowed' },
          ]}
        />
        <SubmitButton kind="secondary">Filter</SubmitButton>
      </SearchForm>
      <DataTable
        id="nodes"
        caption="3 nodes"
        rows={nodes}
        columns={[
          { header: 'Node', cell: (node) => node.host },
          { header: 'Agency', cell: (node) => node.agency },
          { header: 'State', cell: (node) => <Badge tone={node.tone}>{node.state}</Badge> },
          {
            header: 'Reached',
            cell: (node) => <Meter value={37 - node.waiting} max={39} label="nodes" language={reader.language} />,
          },
          { header: 'Waiting', numeric: true, cell: (node) => node.waiting },
          {
            header: 'Actions',
            actions: true,
            cell: (node) => (
              <a class="ds-link" href={`/partners/${node.host}`}>
                Change<span class="ds-sr-only"> {node.host}</span>
              </a>
            ),
          },
        ]}
      />
      <Columns
        aside={
          <>
            <Panel title="Badges" id="badges">
              <div class="app-actions">
                <Badge>Draft</Badge>
                <Badge tone="accent">Facilitator</Badge>
                <Badge tone="second">Other node</Badge>
                <Badge tone="success">Allowed</Badge>
                <Badge tone="warning">Proposed</Badge>
                <Badge tone="danger">Blocked</Badge>
                <Badge tone="info">New</Badge>
                <Tag href="/tags/x">#procurement</Tag>
              </div>
            </Panel>
            <Details summary="What will be shared?">
              <p>Titles, posts and the names of those who wrote them.</p>
            </Details>
            <Details summary="Open already" open={true}>
              <p>Some words.</p>
            </Details>
          </>
        }
      >
        <Panel title="Add a partner" id="add">
          <Form
            action="/partners"
            csrf="token"
            errors={[
              { field: 'host', text: t.required },
              { field: 'reading', text: 'Choose who may read' },
            ]}
          >
            <TextField
              name="host"
              label="Domain name"
              description="For example work.agency.example"
              value="not a domain"
              autocomplete="off"
              required={true}
            />
            <RadioGroup
              name="reading"
              label="Who may read"
              value="partners"
              options={[
                { value: 'web', label: 'Anyone', description: 'Also people who have not signed in.' },
                { value: 'partners', label: 'Partners', description: 'People of this node and of allowed nodes.' },
                { value: 'members', label: 'Members' },
              ]}
            />
            <CheckboxGroup
              name="scopes"
              label="Scopes"
              values={['groups']}
              options={[
                { value: 'groups', label: 'Groups' },
                { value: 'people', label: 'People' },
              ]}
            />
            <TextArea name="reason" label="Reason" markdown={reader.language} value={'Line one\nLine two'} />
            <Checkbox name="listed" label="Listed" description="Others can find it." checked={true} />
            <FormActions>
              <SubmitButton>Add</SubmitButton>
              <SubmitButton kind="secondary">Preview</SubmitButton>
              <SubmitButton kind="danger">Block</SubmitButton>
              <ButtonLink kind="tertiary" href="/partners">
                Cancel
              </ButtonLink>
            </FormActions>
          </Form>
        </Panel>
        <List label={t.groups}>
          <ListItem
            href="/groups/1"
            title={t.group}
            lead={t.lead}
            facts={`148 ${t.members} · 6 agencies`}
            avatar={{ name: 'Provincie Voorbeeld' }}
            badges={<Badge tone="info">4 new</Badge>}
            action={
              <Form action="/x" csrf="token" inline={true}>
                <SubmitButton kind="secondary" small={true}>
                  Join
                </SubmitButton>
              </Form>
            }
          />
          <ListItem
            href="/groups/2"
            title="Climate adaptation"
            lead="Heat, drought, water."
            facts="12 members"
            avatar={{ name: 'Skatteverket' }}
          />
        </List>
        <EmptyState
          title="No topics yet"
          icon="comment"
          action={
            <ButtonLink kind="primary" href="/x">
              Write the first
            </ButtonLink>
          }
        >
          What members ask and share appears here, the newest first.
        </EmptyState>
      </Columns>
    </>
  );
}
