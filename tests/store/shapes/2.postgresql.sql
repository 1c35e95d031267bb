CREATE TABLE answered (
	source VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	outcome VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (source, name)
);
CREATE TABLE article (
	id VARCHAR NOT NULL,
	slug VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	revision INTEGER NOT NULL,
	state VARCHAR NOT NULL,
	published BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	taken_in BIGINT NOT NULL,
	position BIGINT NOT NULL,
	bar VARCHAR DEFAULT '' NOT NULL,
	story VARCHAR,
	PRIMARY KEY (id),
	UNIQUE (slug)
);
CREATE INDEX article_held ON article (source, position) WHERE state = 'held';
CREATE INDEX article_position ON article (position, id);
CREATE INDEX article_source ON article (source, position, id);
CREATE INDEX article_story ON article (story) WHERE story IS NOT NULL;
CREATE TABLE cursor (
	name VARCHAR NOT NULL,
	seq BIGINT NOT NULL,
	shape VARCHAR NOT NULL,
	problem VARCHAR DEFAULT '' NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE feed (
	name VARCHAR NOT NULL,
	parent VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	iri VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	changed BIGINT NOT NULL,
	ended BOOLEAN NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE kept (
	source VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	stamp VARCHAR NOT NULL,
	media_type VARCHAR NOT NULL,
	body BYTEA NOT NULL,
	modified BIGINT NOT NULL,
	digest VARCHAR NOT NULL,
	url VARCHAR,
	said TEXT NOT NULL,
	PRIMARY KEY (source, key)
);
CREATE TABLE lease (
	name VARCHAR NOT NULL,
	owner VARCHAR NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE meta (
	key VARCHAR NOT NULL,
	value VARCHAR NOT NULL,
	PRIMARY KEY (key)
);
CREATE TABLE source (
	name VARCHAR NOT NULL,
	since BIGINT NOT NULL,
	looked BOOLEAN NOT NULL,
	due BIGINT NOT NULL,
	at BIGINT,
	error VARCHAR NOT NULL,
	identity VARCHAR NOT NULL,
	memory TEXT DEFAULT '' NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	rest BIGINT,
	shown INTEGER,
	gap BIGINT,
	note TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE webhook (
	name VARCHAR NOT NULL,
	since BIGINT NOT NULL,
	status VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE alias (
	source VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	article VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (source, kind, key, article),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE INDEX alias_article ON alias (article);
CREATE TABLE delivery (
	id BIGSERIAL NOT NULL,
	event VARCHAR NOT NULL,
	webhook VARCHAR NOT NULL,
	article VARCHAR NOT NULL,
	revision INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	tries INTEGER NOT NULL,
	crashes INTEGER NOT NULL,
	created BIGINT NOT NULL,
	due BIGINT,
	done BIGINT,
	token VARCHAR,
	lease_until BIGINT,
	PRIMARY KEY (id),
	UNIQUE (event, webhook),
	FOREIGN KEY(webhook) REFERENCES webhook (name),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE INDEX delivery_article ON delivery (article, webhook, state, id);
CREATE INDEX delivery_due ON delivery (webhook, due, id) WHERE state = 'pending';
CREATE INDEX delivery_lease ON delivery (lease_until) WHERE state = 'leased';
CREATE INDEX delivery_recent ON delivery (webhook, id);
CREATE INDEX delivery_state ON delivery (state, webhook);
CREATE TABLE document (
	source VARCHAR NOT NULL,
	key VARCHAR NOT NULL,
	stamp VARCHAR NOT NULL,
	digest VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	article VARCHAR,
	since BIGINT NOT NULL,
	at BIGINT NOT NULL,
	again BIGINT,
	PRIMARY KEY (source, key),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE INDEX document_again ON document (source, again) WHERE state = 'waiting';
CREATE INDEX document_article ON document (article);
CREATE INDEX document_digest ON document (source, digest);
CREATE INDEX document_state ON document (state, source, key);
CREATE TABLE membership (
	feed VARCHAR NOT NULL,
	article VARCHAR NOT NULL,
	position BIGINT NOT NULL,
	PRIMARY KEY (feed, article),
	FOREIGN KEY(feed) REFERENCES feed (name),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE INDEX membership_article ON membership (article);
CREATE INDEX membership_position ON membership (feed, position, article);
CREATE TABLE phrase (
	hash BIGINT NOT NULL,
	at BIGINT NOT NULL,
	article VARCHAR NOT NULL,
	PRIMARY KEY (hash, at, article),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE INDEX phrase_article ON phrase (article);
CREATE TABLE revision (
	seq BIGSERIAL NOT NULL,
	article VARCHAR NOT NULL,
	number INTEGER NOT NULL,
	kind VARCHAR NOT NULL,
	at BIGINT NOT NULL,
	content TEXT NOT NULL,
	origins TEXT NOT NULL,
	PRIMARY KEY (seq),
	UNIQUE (article, number),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE TABLE sketch (
	article VARCHAR NOT NULL,
	phrases INTEGER NOT NULL,
	hashes BYTEA NOT NULL,
	PRIMARY KEY (article),
	FOREIGN KEY(article) REFERENCES article (id)
);
CREATE TABLE attempt (
	id BIGSERIAL NOT NULL,
	delivery BIGINT NOT NULL,
	number INTEGER NOT NULL,
	at BIGINT NOT NULL,
	took BIGINT NOT NULL,
	phase VARCHAR NOT NULL,
	outcome VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	status INTEGER,
	address VARCHAR,
	body BYTEA NOT NULL,
	truncated BOOLEAN NOT NULL,
	fenced BOOLEAN NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(delivery) REFERENCES delivery (id)
);
CREATE INDEX attempt_delivery ON attempt (delivery, id);
