import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read, root } from '../boundaries/rules.ts';

/** The standard's list of categories (publiccode.yml 0.4). */
const categories = `
  accounting agile-project-management applicant-tracking application-development appointment-scheduling backup billing-and-invoicing blog
  budgeting business-intelligence business-process-management cad call-center-management cloud-management collaboration communications
  compliance-management contact-management content-management crm customer-service-and-support data-analytics data-collection
  data-visualization design design-system digital-asset-management digital-citizenship document-management donor-management e-commerce
  e-signature educational-content email-management email-marketing employee-management enterprise-project-management
  enterprise-social-networking erp event-management facility-management feedback-and-reviews-management financial-reporting fleet-management
  fundraising gamification geographic-information-systems grant-management graphic-design help-desk hr ide identity-management
  instant-messaging integrated-library-system inventory-management it-asset-management it-development it-management it-security
  it-service-management knowledge-management learning-management-system marketing mind-mapping mobile-marketing mobile-payment
  network-management office online-booking online-community payment-gateway payroll predictive-analysis procurement productivity-suite
  project-collaboration project-management property-management real-estate-management regulations-and-directives remote-support
  resource-management sales-management seo service-desk social-media-management survey talent-management task-management taxes-management
  test-management time-management time-tracking translation video-conferencing video-editing visitor-management voip warehouse-management
  web-collaboration web-conferencing website-builder whistleblowing workflow-management
`;

/** Its list of tags for whom a software is meant for. */
const scopes = `
  agriculture culture defence education emergency-services employment energy environment finance-and-economic-development foreign-affairs
  government healthcare infrastructures justice local-authorities manufacturing research science-and-technology security society sport tourism
  transportation welfare
`;

const words = (list: string) => z.enum(list.trim().split(/\s+/) as [string, ...string[]]);
/** An address that says how it is reached and where (RFC 3986). */
const address = z.url({ protocol: /^(https?|git|ssh|svn)$/ });
const language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/);
const countries = z.array(z.string().regex(/^[A-Z]{2}$/));
const contact = z.strictObject({
  // People, since nobody answers for an office.
  name: z.string().regex(/^\p{Lu}\S*( \S+)+$/u),
  email: z.email().optional(),
  phone: z.string().optional(),
  affiliation: z.string().optional(),
});
const dependency = z.strictObject({
  ...{ name: z.string(), optional: z.boolean().optional() },
  ...{ version: z.string().optional(), versionMin: z.string().optional(), versionMax: z.string().optional() },
});
const picture = z.string().regex(/\.(png|jpe?g|svgz?)$/);

/** What the standard asks for, and everything that it knows (0.4, without what it has declared obsolete). Nothing beyond it. */
const publiccode = z
  .strictObject({
    publiccodeYmlVersion: z.literal('0.4'),
    name: z.string().min(1),
    ...{ applicationSuite: z.string().optional(), url: address, landingURL: address.optional() },
    isBasedOn: z.union([address, z.array(address)]).optional(),
    ...{ softwareVersion: z.string().optional(), releaseDate: z.iso.date().optional(), logo: picture.optional() },
    platforms: z.array(z.string()).min(1),
    categories: z.array(words(categories)).min(1),
    ...{ usedBy: z.array(z.string()).optional(), roadmap: z.string().optional() },
    developmentStatus: z.enum(['concept', 'development', 'beta', 'stable', 'obsolete']),
    softwareType: words(
      'standalone/mobile standalone/iot standalone/desktop standalone/web standalone/backend standalone/other addon library configurationFiles',
    ),
    intendedAudience: z
      .strictObject({
        ...{ countries: countries.optional(), unsupportedCountries: countries.optional() },
        scope: z.array(words(scopes)).optional(),
      })
      .optional(),
    description: z
      .record(
        language,
        z.strictObject({
          localisedName: z.string().optional(),
          shortDescription: z.string().trim().max(150).regex(/^.+$/),
          longDescription: z.string().min(150).max(10_000),
          ...{ documentation: address.optional(), apiDocumentation: address.optional() },
          features: z.array(z.string()).min(5).max(20),
          ...{ screenshots: z.array(picture).optional(), videos: z.array(address).optional() },
          awards: z.array(z.string()).optional(),
        }),
      )
      .refine((all) => Object.keys(all).length > 0),
    legal: z.strictObject({ license: z.string(), mainCopyrightOwner: z.string().optional() }),
    maintenance: z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['internal', 'community']), contacts: z.array(contact).min(1) }),
      z.strictObject({
        type: z.literal('contract'),
        contacts: z.array(contact).optional(),
        contractors: z
          .array(z.strictObject({ name: z.string(), until: z.iso.date(), website: address.optional() }))
          .min(1),
      }),
      z.strictObject({ type: z.literal('none') }),
    ]),
    localisation: z.strictObject({ localisationReady: z.boolean(), availableLanguages: z.array(language).min(1) }),
    dependsOn: z
      .strictObject({
        open: z.array(dependency).optional(),
        proprietary: z.array(dependency).optional(),
        hardware: z.array(dependency).optional(),
      })
      .optional(),
  })
  .refine(({ url, maintenance }) => /^[a-z]+:\/\/[^/]+\.invalid\//.test(url) === (maintenance.type === 'none'), {
    error: 'Published, it has people who maintain it; with nobody who does, it has no address',
  });

const said: unknown = parse(read('publiccode.yml'));

it('publiccode.yml keeps to its standard, and names no place and no people that do not exist', () => {
  const { url, description } = publiccode.parse(said);
  // Reserved for examples (RFC 2606): what stands there is neither true nor marked as missing.
  for (const text of [url, JSON.stringify(description)])
    expect(text).not.toMatch(/\b(example|test|localhost)\b|\bexample\.(com|org|net)\b/);
  for (const change of [
    { url: 'joinery.git' },
    { url: 'https://git.gov.uk/joinery.git' },
    { categories: ['social'] },
    { maintenance: { type: 'internal', contacts: [{ name: 'Servicedesk' }] } },
    { unknown: true },
  ])
    expect([change, publiccode.safeParse({ ...(said as object), ...change }).success]).toEqual([change, false]);
  const published = {
    ...(said as object),
    url: 'https://git.gov.uk/joinery.git',
    maintenance: { type: 'internal', contacts: [{ name: 'Kim Bakker' }] },
  };
  expect(publiccode.safeParse(published).success).toBe(true);
});

it('publiccode.yml says nothing that the product says otherwise', () => {
  const { name, legal, dependsOn, localisation, description } = publiccode.parse(said);
  const { license, engines, ...manifest } = JSON.parse(read('package.json')) as {
    name: string;
    license: string;
    engines: { node: string };
  };
  expect(name.toLowerCase()).toBe(manifest.name);
  expect(legal.license).toBe(license);
  expect(engines.node).toContain(dependsOn?.open?.[0]?.versionMin);
  expect(localisation.availableLanguages).toEqual(['en', 'nl']);
  expect(Object.keys(description)).toEqual(localisation.availableLanguages);
  for (const { screenshots = [] } of Object.values(description))
    expect(screenshots.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
