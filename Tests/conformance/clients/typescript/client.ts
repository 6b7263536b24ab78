// What a frontend does with the generated client: every form of a fact's value, lists, refusals.
import { Configuration, KnowledgeApi, RecommendationApi, ResponseError, type Problem, type RecommendRequest } from './generated';

declare const process: { env: Record<string, string>; exit(code: number): never };
let checks = 0;
function expect(name: string, holds: boolean): void {
  checks += 1;
  if (!holds) { console.error(`typescript: ${name} does not hold`); process.exit(1); }
}
async function problem(call: Promise<unknown>): Promise<Problem> {
  try { await call; } catch (error) {
    if (error instanceof ResponseError) {
      expect('the media type of a refusal', error.response.headers.get('content-type') === 'application/problem+json');
      return await error.response.json() as Problem;
    }
    throw error;
  }
  throw new Error('the call was not refused');
}

async function main(): Promise<void> {
  const configuration = new Configuration({ basePath: process.env.BASE });
  const recommendation = new RecommendationApi(configuration);
  const knowledge = new KnowledgeApi(configuration);
  const request: RecommendRequest = {
    _case: {
      tumor: {
        kind: 'neuroendocrine-tumor', primarySite: 'pancreas', grade: { anyOf: ['G1', 'G2'] }, size: 25,
        mitoses: { value: 4, unit: '/(2.mm2)' }, ki67: { min: 3, max: 20, exclusive: 'max', unit: '%' },
        lymphovascularInvasion: true, biomarkers: [],
      },
      disease: { extent: 'metastatic', metastaticSites: { includes: ['liver'], excludes: ['brain'] } },
      treatment: { prior: ['lanreotide'], intolerance: { includes: ['everolimus'], complete: true } },
    },
    explain: 'summary',
  };
  const answer = await recommendation.recommend({ recommendRequest: request });
  const fact = (path: string) => answer._case.facts!.find((one) => one.path === path && one.origin === 'stated')!;
  expect('a plain number', fact('tumor.size').value === 25);
  expect('a quantity', fact('tumor.mitoses').value === 4);
  expect('a range', fact('tumor.ki67').value.min === 3 && fact('tumor.ki67').value.max === 20);
  expect('a boolean', fact('tumor.lymphovascularInvasion').value === true);
  expect('a code', fact('disease.extent').value === 'metastatic');
  expect('one of several', fact('tumor.grade').value !== undefined);
  expect('a list', fact('treatment.prior').value.includes('lanreotide'));
  expect('an exclusion', fact('disease.metastaticSites').excludes!.includes('brain'));
  expect('nothing else', fact('treatment.intolerance').excludes!.includes('surgery'));
  expect('an empty list', fact('tumor.biomarkers').excludes!.includes('msi-high'));
  expect('references', answer.references!.length > 0 && answer.references![0].number === 1);
  const asked = await recommendation.recommendByQuery({ question: 'Is lanreotide an option in a grade 1 ileal NET?' });
  expect('a question', asked._case.facts!.some((one) => one.origin === 'read'));

  const drug = await knowledge.getDrug({ name: 'Somatuline Depot' });
  expect('a brand name', drug.id === 'lanreotide' && drug.match.kind === 'brand');
  const missing = await problem(knowledge.getDrug({ name: 'lanreotid' }));
  expect('suggestions', missing.status === 404 && missing.suggestions!.includes('lanreotide'));
  const refused = await problem(recommendation.recommend({ recommendRequest: { _case: { tumor: { ki67: 130 } } } }));
  expect('pointers', refused.status === 422 && refused.errors![0].pointer === '#/case/tumor/ki67');

  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await knowledge.listReferences({ limit: 40, cursor });
    names.push(...page.items.map((one) => one.id));
    cursor = page.page.nextCursor;
    expect('the total', page.page.total >= names.length);
  } while (cursor);
  expect('pages without a repetition', new Set(names).size === names.length && names.length > 40);
  const recent = await knowledge.listReferences({ yearGe: 2020, sort: '-year', fields: 'year', limit: 5 });
  const years = recent.items.map((one) => one.year!);
  expect('sorted and filtered', years.length === 5 && years[4] >= 2020 && years.every((year, i) => i === 0 || years[i - 1] >= year));
  expect('a reference', (await knowledge.getReference({ id: names[0] })).id === names[0]);
  const topic = await knowledge.getTopic({ id: 'pancreatic-net' });
  expect('the facts of a topic', topic.facts.some((one) => one.path === 'tumor.grade' && one.codes!.length === 3));
  console.log(`typescript: ${checks} checks`);
}

main().catch((error) => { console.error(error); process.exit(1); });
