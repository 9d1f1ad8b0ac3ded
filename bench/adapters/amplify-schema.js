// The blog of ../blog.graphql as Amplify's code generator describes it to DataStore.

const field = (name, type, more = {}) => ({ [name]: { name, type, isArray: false, isRequired: true, attributes: [], ...more } });
const key = (properties) => ({ type: 'key', properties });
const primary = key({ fields: ['id'] });
const many = (name, model, associatedWith) => field(name, { model }, {
  isArray: true, isRequired: false, isArrayNullable: true, association: { connectionType: 'HAS_MANY', associatedWith: [associatedWith] },
});
const model = (name, fields, attributes) => ({
  [name]: {
    name, pluralName: `${name}s`, syncable: true, attributes: [{ type: 'model', properties: {} }, primary, ...attributes],
    fields: Object.assign({}, field('id', 'ID'), ...fields),
  },
});

export default {
  version: '1',
  codegenVersion: '3.4.4',
  nonModels: {},
  enums: { Status: { name: 'Status', values: ['DRAFT', 'ACTIVE', 'ARCHIVED'] } },
  models: {
    ...model('Post', [
      field('title', 'String'), field('rating', 'Int'), field('status', { enum: 'Status' }), field('createdAt', 'AWSDateTime'),
      many('comments', 'Comment', 'postID'), many('links', 'PostUser', 'postID'),
    ], [key({ name: 'byRating', fields: ['rating'] })]),
    ...model('Comment', [field('postID', 'ID'), field('content', 'String'), field('author', 'String')], [
      key({ name: 'byPost', fields: ['postID'] }), key({ name: 'byAuthor', fields: ['author'] }),
    ]),
    ...model('User', [field('username', 'String'), many('links', 'PostUser', 'userID')], []),
    ...model('PostUser', [field('postID', 'ID'), field('userID', 'ID')], [
      key({ name: 'byPostUser', fields: ['postID'] }), key({ name: 'byUserPost', fields: ['userID'] }),
    ]),
  },
};
