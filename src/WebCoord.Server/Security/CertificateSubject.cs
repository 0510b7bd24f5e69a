using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WebCoord.Server.Security;

/// <summary>
/// The subject of a certificate in the one form in which ACLs name it. It is that of Java's <c>X500Principal</c>, which
/// follows RFC 2253: the last part first, nothing between the parts but a comma, attributes without a short name as
/// numbers with their encoding. .NET's own form is another.
/// </summary>
internal static class CertificateSubject
{
    /// <summary>Each has a backslash before it, as Java has it.</summary>
    private const string Special = ",=+<>#;\"\\";

    public static string Of(X509Certificate2 certificate) => Of(certificate.SubjectName.RawData);

    /// <param name="name">The encoding of a <c>Name</c>.</param>
    public static string Of(ReadOnlyMemory<byte> name)
    {
        var parts = new Stack<string>();
        var sequence = new AsnReader(name, AsnEncodingRules.BER).ReadSequence();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf(skipSortOrderValidation: true);
            var attributes = new List<string>();
            while (set.HasData)
            {
                attributes.Add(Attribute(set.ReadSequence()));
            }

            parts.Push(string.Join('+', attributes));
        }

        return string.Join(',', parts);
    }

    private static string Attribute(AsnReader attribute)
    {
        var type = attribute.ReadObjectIdentifier();
        var tag = attribute.PeekTag();
        if (ShortName(type) is { } name && IsText(tag))
        {
            var content = attribute.PeekContentBytes();
            return $"{name}={Escape(Encoding.UTF8.GetString(content.Span))}";
        }

        return $"{ShortName(type) ?? type}=#{Convert.ToHexStringLower(attribute.ReadEncodedValue().Span)}";
    }

    private static string? ShortName(string type) => type switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        _ => null,
    };

    /// <summary>Java reads the bytes of all these as UTF-8, whatever they are.</summary>
    private static bool IsText(Asn1Tag tag) => tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue
        is UniversalTagNumber.PrintableString or UniversalTagNumber.UTF8String or UniversalTagNumber.T61String
        or UniversalTagNumber.IA5String or UniversalTagNumber.GeneralString or UniversalTagNumber.BMPString
        or UniversalTagNumber.UniversalString;

    private static string Escape(string value)
    {
        var first = value.Length - value.TrimStart(' ', '\r').Length;
        var end = value.TrimEnd(' ', '\r').Length;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var character = value[i];
            if (character == '\0')
            {
                text.Append("\\00");
                continue;
            }

            if (i < first || i >= end || Special.Contains(character, StringComparison.Ordinal))
            {
                text.Append('\\');
            }

            text.Append(character);
        }

        return text.ToString();
    }
}
