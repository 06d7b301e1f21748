// What the check says about wrong files, with line and column: golden, because people and editors rely on it.
using LedgerStore.Policy;
using Xunit;

namespace LedgerStore.Tests.Policy;

public sealed class DiagnosticsTests
{
    private const string Head = "version: 1\ntrust_domain: example.org\n";
    private const string People = Head + "identities:\n  a: { uri: spiffe://example.org/a }\n"
        + "roles:\n  writer: [append]\n  auditor: [read, verify]\n";

    public static TheoryData<string, string> WrongDocuments => new()
    {
        { "", "1:1: error: the file is empty (it begins with \"version: 1\") [yaml]" },
        { "- 1", "1:1: error: the policy must be a mapping, not a list [type]" },
        { "trust_domain: x", "1:1: error: the policy needs \"version\" [missing]" },
        { "version: 2\ntrust_domain: x",
            "1:10: error: this is not version 1 of the policy format, the only one known here"
            + " (write version: 1) [version]" },
        { "version: 1", "1:1: error: the policy needs \"trust_domain\" [missing]" },
        { "version: 1\ntrust_domain: Example.org",
            "2:15: error: \"E\" cannot be in a trust domain: only a-z 0-9 . - _ (for example example.org) [uri]" },
        { Head + "role: {}",
            "3:1: error: the policy has no field \"role\" (did you mean \"roles\"?) [unknown-field]" },
        { Head + "zzz: {}", "3:1: error: the policy has no field \"zzz\" (known: version, trust_domain, identities,"
            + " roles, bindings, deny, anonymous_tiles) [unknown-field]" },
        { Head + "roles: {}\nroles: {}",
            "4:1: error: \"roles\" is here a second time (the first is in line 3) [duplicate]" },
        { Head + "identities:", "3:12: error: identities must be a mapping, not nothing"
            + " (leave the field out if it has no value) [type]" },
        { Head + "roles: &a {}", "3:8: error: anchors (&) are not allowed in a policy (write it out in full) [yaml]" },
        { Head + "anonymous_tiles: [*]",
            "3:19: error: a value that begins with * needs quotes (\"*\") [yaml]" },
        { Head + "roles: {", "4:1: error: not YAML: \"While parsing a node,"
            + " did not find expected node content.\" [yaml]" },
        { Head + "roles: *a", "3:8: error: aliases (*) are not allowed in a policy"
            + " (a pattern needs quotes: \"*\") [yaml]" },
        { Head + "roles: !!map {}", "3:8: error: tags (!) are not allowed in a policy [yaml]" },
        { "%YAML 1.1\n---\n" + Head, "1:1: error: directives (%) are not allowed in a policy [yaml]" },
        { Head + "---\nversion: 1", "3:1: error: a policy is one YAML document (remove what follows ---) [yaml]" },
        { Head + "[[[[[[[[[]]]]]]]]]: 1", "3:8: error: nested deeper than 8 levels [yaml]" },
        { Head + "? [a]\n: 1", "1:1: error: a key must be a single value [yaml]" },
        { Head + "# \u202Edne\n", "3:3: error: U+202E is not allowed in a policy"
            + " (what cannot be seen cannot be reviewed) [characters]" },
        { Head + "# end\u2028roles: {}\n", "3:6: error: U+2028 is not allowed in a policy"
            + " (what cannot be seen cannot be reviewed) [characters]" },
    };

    public static TheoryData<string, string> WrongIdentities => new()
    {
        { Head + "identities:\n  A: {}",
            "4:3: error: \"A\" is no name for an identity (names are [a-z0-9][a-z0-9._-]{0,62}) [name]" },
        { Head + "identities:\n  no: { uri: spiffe://example.org/a }",
            "4:3: error: an identity: unquoted \"no\" is a truth value to other YAML tools (put it in quotes) [type]" },
        { Head + "identities:\n  a: {}", "4:6: error: the identity \"a\" has neither uri nor fingerprint nor oidc"
            + " (exactly one of them tells who it is) [missing]" },
        { Head + $"identities:\n  a: {{ uri: spiffe://example.org/a, fingerprint: 'sha256:{Samples.Hex}' }}",
            "4:6: error: the identity \"a\" has both uri and fingerprint"
            + " (exactly one of them tells who it is) [type]" },
        { Head + "identities:\n  a: { uri: spiffe://example.com/a }",
            "4:13: error: \"spiffe://example.com/a\" does not begin with spiffe://example.org/"
            + " (for example spiffe://example.org/payments) [uri]" },
        { Head + "identities:\n  a: { uri: spiffe://example.org/a/../b }",
            "4:13: error: \"spiffe://example.org/a/../b\" has a path segment that is empty or only dots"
            + " (for example spiffe://example.org/payments) [uri]" },
        { Head + "identities:\n  a: { fingerprint: 'sha256:" + Samples.Hex.ToUpperInvariant() + "' }",
            $"4:21: error: fingerprint: \"sha256:{Samples.Hex.ToUpperInvariant()}\" is not sha256: and 64 hex digits"
            + " (in lower case) [fingerprint]" },
        { Head + "identities:\n  a: { uri: spiffe://example.org/a }\n  b: { uri: spiffe://example.org/a }",
            "5:13: error: \"a\" is recognised by the same certificate [duplicate]" },
    };

    public static TheoryData<string, string> WrongRules => new()
    {
        { Head + "roles:\n  w: [appendd]",
            "4:7: error: \"appendd\" is no capability (did you mean \"append\"?) [capability]" },
        { Head + "roles:\n  w: [append, append]",
            "4:15: error: \"append\" is in this list a second time [duplicate]" },
        { Head + "roles:\n  w: []", "4:6: error: the role \"w\" is empty [empty]" },
        { People + "bindings:\n  - role: writers\n    identities: [b]\n    ledgers: [x]",
            "9:11: error: there is no role \"writers\" (did you mean \"writer\"?) [reference]\n"
            + "10:18: error: there is no identity \"b\" (did you mean \"a\"?) [reference]" },
        { People + "bindings:\n  - role: writer\n    identities: [a]",
            "9:5: error: a binding needs \"ledgers\" [missing]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: [Payments] }",
            "9:48: error: \"P\" cannot be in a ledger pattern: only a-z 0-9 . _ - and *"
            + " (ledger names are lower-case) [pattern]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: ['_*'] }",
            "9:48: error: \"_*\": the store's own ledgers must be named in full"
            + " (for example \"_audit\") [pattern]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: ['_audit'] }",
            "9:48: error: the role \"writer\" gives append on \"_audit\"; the store's own ledgers can only be read and"
            + " verified (bind a role with read or verify only) [unsafe]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: ['a**'] }",
            "9:48: error: \"a**\" has two * in a row (one * stands for any run of characters) [pattern]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: [x], quota: { streams: 0 } }",
            "9:70: error: streams: \"0\" is not from 1 to 2147483647 [type]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: [x], quota: { streams: '5' } }",
            "9:70: error: streams must be a number without quotes, not a single value [type]" },
        { People + "bindings:\n  - { role: writer, identities: [a], ledgers: [x], quota: { streams: 5_000 } }",
            "9:70: error: streams: \"5_000\" is no whole number (digits only, for example 50000) [type]" },
        { Head + "deny:\n  - { issuer: CN=x }",
            "4:5: error: a deny entry is either issuer and serial, or spki [deny]" },
        { Head + "deny:\n  - { issuer: CN=x, serial: 12e5 }",
            "4:29: error: serial: unquoted \"12e5\" is a number to other YAML tools (put it in quotes) [type]" },
        { Head + "deny:\n  - { issuer: CN=x, serial: '0xyz' }",
            "4:29: error: serial: \"0xyz\" is not 1 to 40 hex digits"
            + " (as openssl x509 -noout -serial prints it) [deny]" },
        { Head + "deny:\n  - { issuer: /C=US/CN=x, serial: 'ab' }",
            "4:15: error: issuer: write the name as CN=...,O=... and not with slashes"
            + " (for example \"CN=Example CA,O=Example\") [deny]" },
        { Head + "anonymous_tiles: [_audit]",
            "3:19: error: \"_audit\" cannot be opened to everybody"
            + " (give read or verify on it to somebody with a certificate) [unsafe]" },
        { Head + "identities:\n  a: { uri: spiffe://example.org/a }\n"
            + "roles:\n  god: [append, read, verify, administer]\n"
            + "bindings:\n  - { role: god, identities: [a], ledgers: ['*'] }",
            "4:3: error: unsafe: this policy gives everything to everybody (give each identity only what it needs;"
            + " nobody needs all of append, read, verify and administer on \"*\") [unsafe]" },
    };

    [Theory]
    [MemberData(nameof(WrongDocuments))]
    [MemberData(nameof(WrongIdentities))]
    [MemberData(nameof(WrongRules))]
    public void Errors_say_where_and_what(string yaml, string expected)
    {
        PolicyParseResult result = Samples.Parse(yaml);
        Assert.Null(result.Policy);
        Assert.Equal(expected, string.Join('\n', result.Errors));
    }

    public static TheoryData<string, string> Warnings => new()
    {
        { "  - { role: writer, identities: [a], ledgers: ['pay*'] }",
            "11:48: \"pay*\" also matches \"payx\" (write \"pay.*\" to stop at the dot) [look-alike]" },
        { "  - { role: auditor, identities: [a], ledgers: ['*'] }",
            "11:49: this gives read on every ledger, also on those created later"
            + " (name the ledgers, or use a role with verify only) [dangerous]" },
        { "  - { role: both, identities: [a], ledgers: [x] }",
            "8:3: the role \"both\" may both append and administer"
            + " (who writes records should not set their retention) [dangerous]" },
        { "  - { role: writer, identities: [a], ledgers: ['x.*', x.y] }",
            "11:55: \"x.y\" adds nothing to \"x.*\" in the same binding [unused]" },
        { "  - { role: writer, identities: [a], ledgers: ['x.*'] }\n"
            + "  - { role: writer, identities: [a], ledgers: [x.y], quota: { streams: 1 } }",
            "12:48: for \"a\" binding 1 (line 11) grants this already, and its quota applies: no quota"
            + " (put the narrower binding first) [shadowed]" },
        { "  - { role: writer, identities: [a], ledgers: [x] }\n"
            + "  - { role: admin, identities: [a], ledgers: ['*'] }",
            "4:3: \"a\" may append to and administer the same ledgers: bindings 1 and 2"
            + " (who writes records should not set their retention) [dangerous]" },
        { "  - { role: writer, identities: [a], ledgers: [x] }\n"
            + "deny:\n  - { issuer: 'CN=x, O=y', serial: '0A' }\n  - { issuer: 'O=Y,CN=X', serial: 'a' }",
            "14:5: this certificate is denied in line 13 already [duplicate]" },
        { "  - { role: writer, identities: [a], ledgers: [x] }\nanonymous_tiles: ['*']",
            "12:19: the hash tiles and checkpoints of every ledger are open to everybody"
            + " (name the ledgers) [dangerous]" },
        { "  - { role: writer, identities: [a], ledgers: [x] }\ndeny:\n  - { issuer: 'CN=Müller', serial: 'a' }",
            "13:5: an issuer with letters beyond ASCII can be spelled in several ways, and only one is compared"
            + " (deny the certificate by its spki as well) [dangerous]" },
    };

    [Theory]
    [MemberData(nameof(Warnings))]
    public void Dangerous_but_legal_is_a_warning(string bindings, string expected)
    {
        bool hasBoth = bindings.Contains("both", StringComparison.Ordinal);
        string fourth = hasBoth ? "both: [append, administer]" : "v: [verify]";
        PolicyParseResult result = Samples.Parse(
            People + $"  {fourth}\n  admin: [administer]\nbindings:\n" + bindings);
        Assert.NotNull(result.Policy);
        string[] shown = [.. result.Warnings
            .Where(w => w.Code != "audit" && !w.Message.StartsWith("no binding", StringComparison.Ordinal))
            .Select(w => w.ToString().Replace("warning: ", ""))];
        Assert.Equal([expected], shown);
    }

    [Fact]
    public void One_identity_that_may_do_everything_beside_others_is_a_warning()
    {
        PolicyParseResult result = Samples.Parse(Samples.Policy("a: append read verify administer: *"));
        Assert.NotNull(result.Policy);
        Assert.Contains(result.Warnings, w => w is { Code: "dangerous", Line: 4, Column: 3 });
    }

    [Fact]
    public void A_byte_that_is_no_text_is_refused_where_it_is()
    {
        PolicyParseResult result = PolicyDocument.Parse([.. "version: 1\n# "u8, 0xC3, .. "\n"u8]);
        Assert.Equal("2:3: error: the byte 0xc3 is not UTF-8 (save the file as UTF-8) [characters]",
            result.Diagnostics.Single().ToString());
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_are_accepted()
    {
        Assert.NotNull(Samples.Parse("\uFEFF" + Head.Replace("\n", "\r\n")).Policy);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused_unread()
    {
        PolicyParseResult result = PolicyDocument.Parse(new byte[PolicyLimits.FileBytes + 1]);
        Assert.Equal("limit", result.Diagnostics.Single().Code);
    }

    [Fact]
    public void Bindings_that_spell_out_too_many_pairs_are_refused()
    {
        string identities = string.Concat(Enumerable.Range(0, 500).Select(i => $"  i{i}: {{ uri: spiffe://d/{i} }}\n"));
        string members = string.Join(", ", Enumerable.Range(0, 500).Select(i => $"i{i}"));
        string ledgers = string.Join(", ", Enumerable.Range(0, 500).Select(i => $"l{i}"));
        PolicyParseResult result = Samples.Parse($"version: 1\ntrust_domain: d\nidentities:\n{identities}"
            + $"roles:\n  w: [append]\nbindings:\n  - {{ role: w, identities: [{members}], ledgers: [{ledgers}] }}\n");
        Assert.Equal("limit", result.Errors.Single().Code);
    }

    [Fact]
    public void Findings_end_at_a_limit_and_say_so()
    {
        string many = string.Concat(Enumerable.Range(0, 500).Select(i => $"f{i}: 1\n"));
        PolicyParseResult result = Samples.Parse(Head + many);
        Assert.Equal(PolicyLimits.Diagnostics + 1, result.Diagnostics.Length);
        Assert.Equal("more findings are not shown", result.Diagnostics[^1].Message);
        Assert.Null(result.Policy);
    }
}
