"""Mail gateways: what each sends, how it proves itself, and which status its retry rules need."""
