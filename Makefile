.PHONY: db-up db-down

db-up: ## start the local PostgreSQL and print both addresses
	@deploy/scripts/local-db.sh up

db-down: ## stop the local PostgreSQL
	@deploy/scripts/local-db.sh down
