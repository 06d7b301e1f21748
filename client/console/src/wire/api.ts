// The calls that the page makes: those that read, and no other. Who may change a store has the command for it.
// Page thread.
import { call, type Method, stream } from './grpcWeb';
import type { Of, Table } from './codec';
import * as m from './messages';

const method = <Q extends Table, A extends Table>(path: string, request: Q, answer: A): Method<Q, A> => ({
  path: `ledgerstore.v1.${path}`,
  request,
  answer,
});

const unary = <Q extends Table, A extends Table>(path: string, request: Q, answer: A) => {
  const one = method(path, request, answer);
  return (values: Partial<Of<Q>>, signal?: AbortSignal): Promise<Of<A>> => call(one, values, signal);
};

const streamed = <Q extends Table, A extends Table>(path: string, request: Q, answer: A) => {
  const one = method(path, request, answer);
  return (values: Partial<Of<Q>>, signal?: AbortSignal): AsyncGenerator<Of<A>> => stream(one, values, signal);
};

export const api = {
  read: streamed('Reader/Read', m.ReadRequest, m.ReadResponse),
  fields: unary('Searcher/GetFields', m.GetFieldsRequest, m.FieldsInfo),
  search: streamed('Searcher/Search', m.SearchRequest, m.SearchResponse),
  checkpoint: unary('Verifier/GetCheckpoint', m.GetCheckpointRequest, m.Checkpoint),
  inclusion: unary('Verifier/GetInclusionProof', m.GetInclusionProofRequest, m.InclusionProof),
  consistency: unary('Verifier/GetConsistencyProof', m.GetConsistencyProofRequest, m.ConsistencyProof),
  keys: unary('Verifier/GetLogKeys', m.GetLogKeysRequest, m.LogKeys),
  ledgers: unary('Catalog/ListLedgers', m.ListLedgersRequest, m.ListLedgersResponse),
  describe: unary('Catalog/DescribeLedger', m.DescribeLedgerRequest, m.LedgerInfo),
  status: unary('Admin/GetStatus', m.GetStatusRequest, m.Status),
  plan: unary('Admin/PlanRetention', m.PlanRetentionRequest, m.PlanRetentionResponse),
};
