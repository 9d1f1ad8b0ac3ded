package storetest

// Library is a schema with every kind of field, key and relation: to one and to
// many, with cycles of has-one, self-relations, composite keys, and each onDelete.
const Library = `
enum Genre { FICTION FACT POEM }

type Mark { note: String weight: Float inner: Mark }

type Author @model {
  id: ID!
  name: String! @index(name: "byName", sortKeyFields: ["age"])
  age: Int @index
  height: Float
  active: Boolean
  born: AWSDate
  seen: AWSTimestamp
  tags: [String]
  mark: Mark
  extra: AWSJSON
  mentor: Author @belongsTo
  pupils: [Author] @hasMany(onDelete: SET_NULL)
  books: [Book] @hasMany
  desk: Desk @hasOne
  clubs: [Club] @manyToMany(relationName: "Membership")
}

type Book @model(timestamps: null) {
  id: ID!
  title: String!
  genre: Genre @index
  pages: Int
  scores: [Int!]
  author: Author @belongsTo
  chapters: [Chapter] @hasMany
  loans: [Loan] @hasMany(onDelete: RESTRICT)
}

type Chapter @model {
  part: String! @primaryKey(sortKeyFields: ["number"])
  number: Int!
  text: String
  book: Book! @belongsTo
}

type Loan @model(timestamps: null) {
  id: ID!
  at: AWSDateTime
  book: Book @belongsTo
}

type Desk @model(timestamps: null) {
  id: ID!
  label: String
  lamp: Lamp @hasOne
  roomId: ID
  room: Room @belongsTo(fields: ["roomId"])
}

type Lamp @model {
  id: ID!
  watt: Float
  desk: Desk @hasOne
}

type Room @model(timestamps: null) {
  id: ID!
  name: String
  floorId: ID!
  floor: Floor! @belongsTo(fields: ["floorId"])
}

type Floor @model(timestamps: null) {
  id: ID!
  level: Int!
}

type Club @model {
  id: ID!
  name: String
  createdAt: AWSDateTime!
  updatedAt: AWSDateTime
  members: [Author] @manyToMany(relationName: "Membership")
}
`
