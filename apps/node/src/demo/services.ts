/** What is written in the group "Local services: tips and wrinkles" of the department. How to read it: `content.ts`. */
export const services = `
== Start here: how we use this group
margaret; 432; pinned; likes priya colin grace sanne
This is for people who run local services and would rather ask a colleague than reinvent a form.

- Ask anything, however small. The person who knows is usually two agencies away.
- Say what you tried, and what it cost.
- No personal data about residents, please: not even initials.

If a reply solved it, mark it as the answer, so that the next person finds it.
-- colin
Thank you for setting this up. We had the same conversation in four separate mailing lists last year.
-- sanne
Good to be here. We read along from Zandhoven and will translate what we learn.

== Blue badge renewals: proof of address when someone has just moved
priya; 401; likes margaret grace rhys
A resident moved here three weeks ago and their badge runs out on Friday. Their council tax account is not open yet, so our form rejects them. What do others accept as proof?
-- rhys; answer; likes priya grace moira
The guidance asks you to be satisfied that they live there, not for a named document. A tenancy agreement or a letter from the GP is enough. Write down what you saw and who saw it.
-- grace
We let housing options confirm it internally. One email, no paper for the resident.
-- priya
Perfect. I changed the form to "one of these, or tell us why not". Renewed the same afternoon.

== Missed bin reports: how do you tell missed from not put out?
colin; 388; likes priya
Our contractor says a third of missed bin reports were not at the kerb by 7:00. Residents say the opposite, with photographs. Does anybody use the lorry's own data?
-- fatima
In Zandhoven the lorries log every container by chip. Disputes went down by half. It has to be in the contract though: our first one gave the data to the supplier and not to us.
-- colin
That last sentence may have saved us a lot of money. Thank you.

== Concessionary travel passes returned by post
grace; 371; locked
About forty passes a month come back "addressee gone away". We keep them for a year, which feels wrong. What is your retention?
-- margaret
Ninety days, then destroyed, with the serial number blocked. Put it in your retention schedule with the reason and nobody will argue.

== PDF forms that nobody can fill in on a phone
rhys; 356; likes moira priya sanne pieter
I counted 214 PDF forms on one council's site last week. If you can only fix five this quarter, sort by downloads on mobile, not by how bad they look. The worst one usually has twelve users.
-- moira
Ours: school admissions appeal, skip permit, street party, blue badge, allotment. We replaced skip permit first: calls about it fell from 60 to 11 a month.
-- sanne
The same top five here, apart from the street party. Ours is the "buurtfeest", so it really is the same.

== Accessibility statement: who signs yours?
moira; 340
Legal thinks it should be the chief executive, I think it should be whoever can actually fix things. Who signs yours, and does it help?
-- rhys; answer
The regulations do not ask for a signature. They ask for a contact route that works. Test that one: I write to ten of them a month and four bounce.

== Tips and wrinkles: the postcode lookup that rejects new estates
priya; 322; likes colin grace
New build addresses take about eight weeks to reach the national file. Until then people cannot apply for a permit online. Our wrinkle: a "my address is not listed" link that opens the same form with a free text field and a note to the back office. Took one hour to build.
-- colin
Stolen, with thanks. Garden waste subscriptions had the same problem.

== Food waste: liners or no liners?
colin; 305
We start weekly food waste in April. Free liners cost 38p per household per month. Without them the trial street stopped after six weeks. What did you do?
-- fatima
We gave one roll at the start and sell them at the library. Participation stayed at 61 percent. The smell in July matters more than the price.
-- grace
From the tenants' side: in flats it is about where the caddy goes, not about liners.

== Parking permits for carers: one permit or many?
priya; 288; likes margaret
Carers visit several people, families have several carers. Our permit names one vehicle. Is there anyone who gives the permit to the person who receives care instead?
-- margaret; answer; likes priya colin
Two councils in the north do exactly that: the resident holds a transferable permit, limited to two hours per visit. Ask me for the contact, they are happy to talk.
-- priya
Talked to them on Tuesday. We start a trial of fifty in the spring.

== What we learned from one year of short privacy notices
ines; 270
We cut our privacy notices from 2,400 words to one screen with the detail behind links. Complaints about them: none. Questions from people who had read them: twelve, which is twelve more than before.
-- moira
May I copy the structure? The "who else sees it" table is better than anything we have.
-- ines
Please do. It is under the open licence, the address is in the footer.

== AI guidance: a page that staff actually read
margaret; 255; likes priya moira ines anneke
Ours is one page with three questions: would you put this in an email to a stranger, would you sign it, can you say how you checked it? Everything else is in an annex that nobody needs on a Monday morning.
-- moira
The signing question is the one that works. People stopped pasting minutes straight from the tool.
-- anneke
The Dutch guidance asks much the same. I can put the two side by side if that helps.
-- margaret
Yes please. That would be a useful page to pin.

== Summarising consultation responses with a language model
moira; 238
We have 1,900 free text responses on low traffic neighbourhoods. Somebody proposed to let a model sort them. Has anyone done this and then checked it properly?
-- ines
We did 400 by hand first and compared. It found the themes, and it missed sarcasm every single time: "lovely idea, well done" went under support. Keep people on anything with fewer than twenty responses.
-- moira
That is exactly what our lot sounds like. By hand for the small ones, then.

== Vraag uit Zandhoven: bewonersvergunning na verhuizing
sanne; 220; nl
Bij ons vervalt een bewonersvergunning op de dag van de verhuizing. Dat levert elke maand een paar onterechte boetes op. Hoe regelen jullie de overgang?
-- anneke; nl
Bij de meeste Britse gemeenten blijft de oude vergunning veertien dagen geldig in de nieuwe zone. Dat staat in de verkeersverordening, niet in het systeem.
-- priya; likes sanne
In English, hoping that is fine: yes, fourteen days. We print both zones on the confirmation letter, which the wardens accept.

== Waste contract renewal: questions to ask before you go out to tender
fatima; 204; likes colin margaret
From our last tender: ask for the route data in an open format, ask who owns it afterwards, ask what a change of collection day costs, and ask to see the complaints process from the resident's side. The fourth one separated the bidders.
-- colin
We will add "show us a bank holiday week". Every supplier is brilliant in a normal one.

== Rota for the front desk in August
rhys; 195; deleted
Attached is our rota. Sorry, wrong group: I meant to send this to my own team.
-- margaret
No harm done. You can take it back from the menu of the post: every node that has it is told.

== Street naming: apostrophes, again
priya; 187
King's Walk, Kings Walk and Kings' Walk exist in three of our systems, and the ambulance service has a fourth. Is there a rule that somebody enforces?
-- margaret
The naming authority decides, and the gazetteer is the one that counts. Ask for a single correction at the source: it takes about six weeks to come down.

== Opening hours on the website are wrong on every bank holiday
moira; 171
They live in five places. I would like to have them once and let the others read that. Is anyone publishing opening hours as data?
-- pieter; answer; likes moira
We do: one file in the schema.org form, read by the site, the phone menu and the screens in the hall. I can share the file and the script, forty lines.
-- moira
Got it running in an afternoon. The phone menu was the hard part.

== Phone queue: offering a call back without making it worse
grace; 154
We introduced call backs in housing options. People now wait for the call, then ring anyway. Any experience?
-- sanne
Name a time of one hour, not "today", and send a text message when you are about to ring. Before that, half did not pick up an unknown number.

== Template: letter about a penalty charge in plain language
priya; 139; likes rhys margaret colin
The statutory wording must stay, but nothing says it must come first. We put three lines on top: what happened, what to pay and by when, how to object. Objections did not rise. Payments within fourteen days went from 52 to 64 percent.
++
The statutory wording must stay, but nothing says it must come first. We put three lines on top: what happened, what to pay and by when, how to object. Objections did not rise. Payments within fourteen days went from 52 to 67 percent (I had the wrong month first).
-- rhys
Reading age of those three lines is nine. Lovely.

== Library cards for people without an address
grace; 121
A hostel asked whether residents can have a card. The system insists on an address. Before I call the supplier: how do others do it?
-- colin
The library's own address, with a note. It has worked since 2019 and nobody ever asked.

== How do you measure whether a service got simpler?
anneke; 104
Satisfaction scores hardly move. What we look at now: how often somebody has to contact us again about the same thing. What do you count?
-- sanne
The same, and the number of letters that start with "You have not yet".
-- priya
Time between first click and permit in hand. It is brutal and easy to explain to councillors.

== Save 40% on your case management today
colin; 96; removed This is an advertisement. Colin did not write it: it came through a shared mailbox rule, and he asked us to remove it.
Our partner platform helps forward-looking councils to transform resident journeys. Reply for a free strategy session.

== Security: somebody phones and says they are from the ministry
ines; 88; likes margaret moira grace
Two councils had a call this week from "the ministry's service desk" asking to install a remote support tool. It was not us: we never ask for that. Hang up, ring the switchboard number that you already have, and tell your own security officer.
-- moira
We had it on Thursday. I passed it on to all managers with your wording.

== Dropped kerbs: paying in instalments
colin; 73
A dropped kerb costs residents about 1,600 pounds. We are asked to allow instalments. Does anyone, and is the administration worth it?
-- margaret
Three do, all through the council tax direct debit. Default rate below two percent. The work is in the first month.

== Bookings for the recycling centre: keep or drop?
colin; 58; likes priya
Bookings came in 2020 and never left. Residents dislike them, the site staff like them. Numbers welcome, opinions too.
-- fatima
We dropped them except on Saturdays. Queues are at eleven minutes on the worst day.
-- priya
From parking: the queue used to block our permit bays, so a vote for Saturdays only.

== Alt text for maps of works and diversions
rhys; 41; likes moira
"Map of roadworks" helps nobody. Write the diversion as a list of turns under the map and make the alt text say that the list is below. It also fixes the phone version.
-- pieter
We generate that list from the works register. Happy to show how.

== Visitor permits: scratch cards are finally going
priya; 27
We stop selling scratch cards in March. About 900 households have never used the app. The plan is a phone line and the library desk. What did we forget?
-- grace
Carers' agencies who buy twenty at a time. And people who give them as a present, honestly.
-- margaret
Refunds for the old ones. It is always the refunds.

== Data sharing agreement for the blue badge check: does anyone have a short one?
priya; 6; likes rhys
Ours is 31 pages for a yes or no answer. I would love to see one that a person can read.
-- rhys
Nine pages, approved by two data protection officers. I will clear it for sharing this week.

== Winter gritting map: publish the routes or the roads?
colin; 2
The routes change when a lorry breaks down, the roads do not. We are minded to publish the roads, with the time last treated. Any objections from those who tried?
`;
