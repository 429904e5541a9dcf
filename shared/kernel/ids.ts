/** Branded identifiers: a StudyId can't be handed in where a SiteId is asked for. All are UUIDs in lower case unless said otherwise. */
declare const brand: unique symbol;
export type Branded<T, B extends string> = T & { readonly [brand]: B };

export type OrganisationId = Branded<string, "OrganisationId">;
export type SiteId = Branded<string, "SiteId">;
export type UserId = Branded<string, "UserId">;
export type PatientId = Branded<string, "PatientId">;
export type OrderId = Branded<string, "OrderId">;
export type StudyId = Branded<string, "StudyId">;
export type ReportId = Branded<string, "ReportId">;
export type PoolId = Branded<string, "PoolId">;
export type FindingId = Branded<string, "FindingId">;
export type DeliveryId = Branded<string, "DeliveryId">;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in the canonical lower-case form that PostgreSQL prints. */
export const isUuid = (text: string): boolean => UUID.test(text);
