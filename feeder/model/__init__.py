"""The nouns: frozen, standard library only. Every datetime is aware and UTC."""
