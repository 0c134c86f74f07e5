version: str
interpreter: str
__version__: str
