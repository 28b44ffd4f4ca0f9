/** What is written in the group "Housing allocations and waiting lists" of the department, which one asks to join. */
export const housing = `
== Before you post: what can be shared here
tom; 390; pinned; likes grace
Everybody here works on allocations and has been let in by a facilitator. Still: no names, no addresses, no screenshots of cases. Describe the situation in one sentence and the rule you are stuck on.

== How long do you keep a household on the list without hearing from them?
grace; 366; likes tom sanne
We have 4,100 households on the register. I think a third moved on long ago. We write once a year and remove after two unanswered letters, which feels harsh.
-- tom; answer; likes grace margaret
There is no fixed period in the regulations, but you must be able to show that you tried. Two contacts by two different means is the practice that survived an ombudsman case.
-- sanne
Ours must renew every year for a small fee, and lose their waiting time if they forget. I would not recommend it: every week somebody loses eleven years.

== Local connection and people who work in the area
tom; 341
A reminder after three questions this month: work counts as a local connection when it is not short term or marginal. Sixteen hours a week has been accepted in practice. Write down how you weighed it.
-- grace
Is a zero hours contract with steady hours "marginal"?
-- tom
Look at the hours of the past six months, not at the contract.

== Medical points: who decides in your authority?
grace; 312
We pay an outside adviser per case and wait five weeks. Has anyone trained their own staff for the clear ones?
-- tom
Two authorities let an occupational therapist decide up to a threshold. Waits fell to eight days. I will ask whether they share their decision sheet.
-- grace
That would help very much. Our oldest case is at eleven weeks.

== Choice-based letting: bids by people who then refuse
grace; 280; likes tom
Forty percent of first offers are refused after the viewing. Refusals cost a week of rent each. What has helped?
-- sanne
A short film of the flat, made by the caretaker on a phone. Refusals went from 38 to 21 percent. No music, no editing.
-- margaret
May we write this up? It is the cheapest intervention I have seen this year.
-- sanne
Gladly. The caretaker is called Henk and is very proud.

== Waiting time shown to applicants
tom; 243
Do you show people where they are on the list? The honest answer is often "eight years", and that is hard to read.
-- grace
We show how long the last ten households waited for the same size and area. People understood it, and some changed their area.

== Temporary accommodation: weekly figures in one format
tom; 209; likes margaret grace
From January the return changes. I attach nothing, because attachments always go stale: the definitions are on the open data site and I will answer questions in this topic.
-- grace
Does "household with children" include somebody who is expecting?
-- tom; answer
Yes, from the point that you accept the duty.

== Translating the allocation policy
sanne; 168
We made a two page version of our policy in five languages, checked by native speakers from the welcome centre. Phone calls about points fell. The lawyers asked for one sentence: "the full policy decides".
-- tom
I have recommended this to four authorities already. Thank you.

== Under-occupation: moving people who want to move
grace; 126
We have 310 tenants who want something smaller and nearly no ground floor flats. Anyone with a good exchange scheme across boundaries?
-- tom
Let me introduce you to two neighbours of yours who have the opposite problem.

== Evidence of domestic abuse: please stop asking for a police report
margaret; 84; likes grace tom sanne
We still see forms that ask for one. It is not required, and it keeps people where they are. If your form asks, please change it this week, and tell me if your software makes that hard.
-- grace
Ours did, in the online form only. Gone since this morning.

== Single person households and the shortage of one-bedroom flats
tom; 37
New figures: 54 percent of the register, 19 percent of lettings. We are looking for pilots in conversion of two-bedroom flats above shops. Who would like to be asked?
-- grace
Harrowdean would. We have nine that stand empty over the market.

== Allocation software: supplier changes the points without telling
grace; 4
After the last update the overcrowding points were calculated differently for bedrooms below 6.5 square metres. We found it by accident. Please check yours.
-- tom
Thank you for raising it so quickly. I have asked the supplier for a statement and will post the answer here.
`;
