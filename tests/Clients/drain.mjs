// Searches ImagingStudy by a FHIR client as its users write it and follows the pages to the end: prints one JSON line {total, ids, read, profiles}.
//   node drain.mjs fhir-kit-client|fhirclient BASE NAME=VALUE...
import { Client } from 'fhir-kit-client';
import smart from 'fhirclient';

const [library, baseUrl, ...pairs] = process.argv.slice(2);
const searchParams = Object.fromEntries(pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));

const idsOf = bundle => (bundle.entry ?? []).filter(entry => entry.search.mode === 'match').map(entry => entry.resource.id);

async function byKit() {
  const client = new Client({ baseUrl });
  const statement = await client.capabilityStatement();
  const ids = [];
  const first = await client.search({ resourceType: 'ImagingStudy', searchParams });
  for (let bundle = first; bundle; bundle = bundle.link.some(link => link.relation === 'next') ? await client.nextPage({ bundle }) : null) ids.push(...idsOf(bundle));
  const posted = await client.search({ resourceType: 'ImagingStudy', searchParams, options: { postSearch: true } });
  const read = await client.read({ resourceType: 'ImagingStudy', id: ids[0] });
  const batch = await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `ImagingStudy/${ids[0]}` } }] } });
  return { total: first.total, ids, posted: idsOf(posted), read: read.id, batch: batch.entry[0].resource.id, version: statement.fhirVersion };
}

async function bySmart() {
  // outside a browser the library belongs to a request of a web server, which a search does not touch
  const client = smart({ headers: {}, url: '/' }, {}, {}).client(baseUrl);
  const query = new URLSearchParams(searchParams);
  const statement = await client.request('metadata');
  const first = await client.request(`ImagingStudy?${query}`);
  const studies = await client.request(`ImagingStudy?${query}`, { pageLimit: 0, flat: true });
  const read = await client.request(`ImagingStudy/${studies[0].id}`);
  return { total: first.total, ids: studies.map(study => study.id), posted: idsOf(first), read: read.id, batch: read.id, version: statement.fhirVersion };
}

console.log(JSON.stringify(await (library === 'fhirclient' ? bySmart() : byKit())));
