import {
  canLeaveOut,
  type GroupMemberRow,
  type GroupRow,
  type ListedMember,
  type Reading,
  type Role,
  readings,
} from '@joinery/slices/groups';
import { agencyOfPerson, type PersonRow } from '@joinery/slices/people';
import {
  Badge,
  ButtonLink,
  ErrorSummary,
  Form,
  FormActions,
  formatDate,
  formatDateTime,
  type Language,
  List,
  ListItem,
  Notice,
  PageHeading,
  Panel,
  RadioGroup,
  type Reader,
  Stack,
  SubmitButton,
} from '@joinery/ui';
import type { CameBack } from './look.ts';
import { openingMessages } from './messages.ts';

const formName = 'open-group';

export type OpeningModel = {
  group: GroupRow;
  standing: GroupMemberRow | undefined;
  /** Whoever looks answers for the node, and does not run the group. */
  administrator: boolean;
  /** As of when the backup was: instant, UTC. */
  asOf: string;
  /** Origins of partners that have not told what they hold. */
  untold: readonly string[];
  waiting: readonly ListedMember[];
  running: readonly { person: PersonRow; role: Role }[];
  banned: readonly ListedMember[];
  posts: readonly CameBack[];
  typed: {
    gone: readonly string[];
    running: readonly string[];
    without: readonly string[];
    reading?: Reading | undefined;
  };
  /** Local id of whoever looks. */
  person: string;
  fault: string | null;
  reader: Reader;
  csrf: string;
};

/** Who may read a group, in words. */
export function readingText(reading: Reading, language: Language): string {
  const t = openingMessages(language);
  return { web: t('readingWeb'), partners: t('readingPartners'), members: t('readingMembers') }[reading];
}

/** Which partners have not told yet what they hold; nothing where all have. */
export function Untold({ untold, language }: { untold: readonly string[]; language: Language }) {
  if (untold.length === 0) return null;
  const nodes = new Intl.ListFormat(language).format(untold.map((origin) => new URL(origin).host));
  return (
    <Notice kind="warning" language={language}>
      {openingMessages(language)('untold', { nodes })}
    </Notice>
  );
}

/** What may be in a group again that somebody took back after the backup, what is in it, and opening it without what should not be. */
export function OpenGroupPage(model: OpeningModel) {
  const { group, reader } = model;
  const { language } = reader;
  const t = openingMessages(language);
  const time = formatDateTime(language, reader.timeZone, model.asOf);
  const narrower = readings.slice(readings.indexOf(group.reading));
  return (
    <Stack>
      {model.fault === null ? null : <ErrorSummary errors={[{ text: model.fault }]} language={language} />}
      <PageHeading
        title={t('title', { group: group.name })}
        parent={model.administrator ? undefined : { href: `/groups/${group.id}`, label: group.name }}
        lead={t('lead', { time })}
      />
      <Panel title={t('mayBeBack')} id="may-be-back">
        <ul class="ds-list">
          <li>{t('backPosts', { time })}</li>
          <li>{t('backEdits')}</li>
          <li>{t('backReading')}</li>
          <li>{t('backPeople')}</li>
        </ul>
      </Panel>
      <Untold untold={model.untold} language={language} />
      <Posts {...model} />
      <Members {...model} />
      <Form action={`/groups/${group.id}/confirm`} csrf={model.csrf} id={formName}>
        {narrower.length < 2 ? null : (
          <RadioGroup
            name="reading"
            label={t('reading')}
            description={t('readingAbout', { reading: readingText(group.reading, language) })}
            value={model.typed.reading ?? group.reading}
            options={narrower.map((value) => ({ value, label: readingText(value, language) }))}
          />
        )}
        <FormActions>
          <SubmitButton>{t('open')}</SubmitButton>
          <ButtonLink href={model.administrator ? '/administration/restored/groups' : '/groups'}>
            {t('cancel')}
          </ButtonLink>
        </FormActions>
      </Form>
    </Stack>
  );
}

function Posts({ posts, group, administrator, typed, reader }: OpeningModel) {
  const { language } = reader;
  const t = openingMessages(language);
  return (
    <Panel title={t('posts')} id="posts">
      <p>{posts.length === 0 ? t('postsNone') : t('postsAbout')}</p>
      <List label={t('posts')}>
        {posts.map((post) => {
          const title = post.title || post.excerpt.slice(0, 80) || t('untitled');
          return (
            <ListItem
              title={title}
              {...(administrator ? {} : { href: `/posts/${post.id}` })}
              lead={post.title ? post.excerpt : undefined}
              facts={[
                t('by', { name: post.author, time: formatDateTime(language, reader.timeZone, post.at) }),
                ...post.files,
              ].join(' · ')}
              choice={{
                ...{ form: formName, name: 'without', value: post.id, label: t('without', { title }) },
                checked: typed.without.includes(post.id),
              }}
            />
          );
        })}
      </List>
      {administrator || posts.length === 0 ? null : (
        <FormActions>
          <ButtonLink href={`/groups/${group.id}/topics`}>{t('postsAll')}</ButtonLink>
          <ButtonLink href={`/groups/${group.id}/library`}>{t('postsLibrary')}</ButtonLink>
        </FormActions>
      )}
    </Panel>
  );
}

function roleText(role: Role, language: Language): string {
  return openingMessages(language)(role === 'owner' ? 'owner' : 'facilitator');
}

const leadOf = (person: PersonRow, language: Language) =>
  [person.role, agencyOfPerson(person, language)].filter(Boolean).join(' · ');

function Members(model: OpeningModel) {
  const { reader, standing, typed } = model;
  const { language } = reader;
  const t = openingMessages(language);
  const avatar = (person: PersonRow) => ({ name: person.name, agency: person.agency });
  return (
    <>
      <Panel title={t('people')} id="people">
        <p>{model.waiting.length === 0 ? t('peopleNone') : t('peopleAbout')}</p>
        <List label={t('people')}>
          {model.waiting.map(({ person, standing: theirs }) => {
            const self = person.id === model.person;
            return (
              <ListItem
                title={person.name}
                lead={leadOf(person, language)}
                avatar={avatar(person)}
                badges={
                  <>
                    {self ? <Badge>{t('you')}</Badge> : null}
                    {theirs.role === 'member' ? null : <Badge tone="accent">{roleText(theirs.role, language)}</Badge>}
                  </>
                }
                choice={
                  canLeaveOut(standing, self, theirs)
                    ? {
                        ...{
                          form: formName,
                          name: 'gone',
                          value: person.id,
                          label: t('goneOf', { name: person.name }),
                        },
                        checked: typed.gone.includes(person.id),
                      }
                    : undefined
                }
              />
            );
          })}
        </List>
        {model.waiting.length < 1_000 ? null : (
          <Notice kind="info" language={language}>
            {t('more')}
          </Notice>
        )}
      </Panel>
      {model.running.length === 0 ? null : (
        <Panel title={t('running')} id="running">
          <p>{t('runningAbout')}</p>
          <List label={t('running')}>
            {model.running.map(({ person, role }) => (
              <ListItem
                title={person.name}
                lead={leadOf(person, language)}
                avatar={avatar(person)}
                badges={role === 'member' ? null : <Badge tone="accent">{roleText(role, language)}</Badge>}
                choice={{
                  ...{
                    form: formName,
                    name: 'running',
                    value: person.id,
                    label: t('runningOf', { name: person.name }),
                  },
                  checked: typed.running.includes(person.id),
                }}
              />
            ))}
          </List>
        </Panel>
      )}
      <Panel title={t('banned')} id="banned">
        <p>
          {model.banned.length === 0 ? t('bannedNone') : null} {t('bannedAbout')}
        </p>
        <List label={t('banned')}>
          {model.banned.map(({ person, standing: { banned_until: until } }) => (
            <ListItem
              title={person.name}
              lead={leadOf(person, language)}
              avatar={avatar(person)}
              facts={
                until === null ? undefined : t('bannedUntil', { date: formatDate(language, reader.timeZone, until) })
              }
            />
          ))}
        </List>
      </Panel>
    </>
  );
}
