// The fields that a search goes by where a ledger declares none: OCSF, as the client library writes records. The same
// text as `ledger fields show --profile ocsf`.
// Constant.

export const ocsf = `ledgerstore fields/v1
field who text
path actor.user.name
path actor.user.uid
path actor.app_name
field what text prefix=./:
path api.operation
field resource text prefix=./:
path resources[*].name
path resources[*].uid
field where ip
path src_endpoint.ip
path src_endpoint.name
field outcome text fold
path status
path status_id
field request id
path api.request.uid
path metadata.correlation_uid
field when time unit=ms
path time
`;
