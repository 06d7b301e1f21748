// From the bytes of a policy file to a document, or to what is wrong with them. Pure; any thread.
using System.Security.Cryptography;

namespace LedgerStore.Policy;

/// <summary>What a document is made by: above the model, so that the model knows no YAML.</summary>
public static class PolicyParsing
{
    extension(PolicyDocument)
    {
        /// <summary>Reads and checks a policy file. Never throws for what the file contains.</summary>
        public static PolicyParseResult Parse(ReadOnlySpan<byte> utf8)
        {
            DiagnosticBag bag = new("policy", "version: 1");
            PolicyDocument? policy = PolicyReader.Read(utf8, bag, [.. SHA256.HashData(utf8)]);
            if (policy is not null && !bag.HasErrors)
            {
                PolicyChecks.Run(policy, bag);
            }

            return new PolicyParseResult(bag.HasErrors ? null : policy, bag.InOrder());
        }
    }
}
