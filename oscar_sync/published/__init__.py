"""What leaves the house: documents as pydantic models, their JSON Schemas and their reading."""
