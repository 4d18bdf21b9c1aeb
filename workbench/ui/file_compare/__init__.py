"""The open model beside another file."""
