import type { Reader } from '@joinery/core';

/** What there is of closed groups, libraries and emergency access, in the order in which it is told. */
export const closedStates = [
  'closed groups with members elsewhere',
  'groups with a label',
  'groups that are only read live',
  'groups with a record copy',
  'introduced nodes',
  'requests with answers',
  'receipts for dropped copies',
  'folders of a library',
  'documents with several versions',
  'documents of the official pack',
  'deleted documents in the bin',
  'emergency access that waits',
  'emergency access that was used',
] as const;

/** How much of each there is on a node. */
export async function closedShownHere(db: Reader): Promise<Record<(typeof closedStates)[number], number>> {
  const groups = await db.selectFrom('groups').selectAll().where('local', '=', 1).where('kind', '=', 'group').execute();
  const closed = groups.filter(({ reading }) => reading === 'members');
  const abroad = await db
    .selectFrom('group_member')
    .innerJoin('person', 'person.id', 'group_member.person_id')
    .select('group_id')
    .distinct()
    .where('group_member.state', '=', 'member')
    .where('person.local', '=', 0)
    .execute();
  const labels = await db
    .selectFrom('group_classification')
    .select('group_id')
    .where('label', 'is not', null)
    .execute();
  const introduced = await db.selectFrom('introduction').select('nodes').where('group_id', 'is', null).execute();
  const answers = await db.selectFrom('group_answer').select(['group_id', 'person_id']).distinct().execute();
  const dropped = await db.selectFrom('group_receipt').select('origin').where('items', '>', 0).execute();
  const folders = await db.selectFrom('library_folder').select('id').where('by_id', 'is not', null).execute();
  const versions = await db
    .selectFrom('library_version')
    .innerJoin('post', 'post.id', 'library_version.post_id')
    .select('library_version.post_id')
    .where('library_version.number', '=', 2)
    .where('post.local', '=', 1)
    .execute();
  const official = await db
    .selectFrom('library_document')
    .innerJoin('post', 'post.id', 'library_document.post_id')
    .select('library_document.uri')
    .where('library_document.official_at', 'is not', null)
    .where('post.local', '=', 1)
    .execute();
  const bin = await db.selectFrom('post_bin').select('post_id').execute();
  const access = await db
    .selectFrom('emergency_access')
    .select(['id', 'state'])
    .where('asker_id', 'is not', null)
    .execute();
  const read = await db.selectFrom('emergency_page').select('access_id').distinct().execute();
  return {
    'closed groups with members elsewhere': closed.filter(({ id }) => abroad.some((one) => one.group_id === id)).length,
    'groups with a label': labels.length,
    'groups that are only read live': closed.filter(({ keeping }) => keeping === 'live').length,
    'groups with a record copy': groups.filter(({ record_copy }) => record_copy === 1).length,
    'introduced nodes': introduced.reduce((sum, { nodes }) => sum + (JSON.parse(nodes) as unknown[]).length, 0),
    'requests with answers': answers.length,
    'receipts for dropped copies': dropped.length,
    'folders of a library': folders.length,
    'documents with several versions': versions.length,
    'documents of the official pack': official.length,
    'deleted documents in the bin': bin.length,
    'emergency access that waits': access.filter(({ state }) => state === 'asked').length,
    'emergency access that was used': access.filter(({ id }) => read.some((one) => one.access_id === id)).length,
  };
}
