using System.Formats.Asn1;
using System.Globalization;
using WebCoord.Core.Tree;
using WebCoord.Server.Security;

namespace WebCoord.Server.Tests.Security;

/// <summary>The expectations are what Java's X500Principal.getName() says of the same bytes.</summary>
public sealed class CertificateSubjectTests
{
    private const string Name = "2.5.4.3";

    [Fact]
    public void The_last_part_comes_first()
    {
        var subject = Subject(
            [("2.5.4.6", "DE")], [("2.5.4.10", "Example, Inc.")], [("2.5.4.11", "Web")], [(Name, "a")]);

        Assert.Equal(@"CN=a,OU=Web,O=Example\, Inc.,C=DE", subject);
    }

    [Fact]
    public void Parts_of_several_attributes_are_joined_by_a_plus() =>
        Assert.Equal("CN=a+UID=b,DC=example",
            Subject([("0.9.2342.19200300.100.1.25", "example")], [(Name, "a"), ("0.9.2342.19200300.100.1.1", "b")]));

    [Theory]
    [InlineData("a=b", @"CN=a\=b")]
    [InlineData("#a#", @"CN=\#a\#")]
    [InlineData("a+b;c<d>e\"f\\g", @"CN=a\+b\;c\<d\>e\""f\\g")]
    [InlineData(" a b ", @"CN=\ a b\ ")]
    [InlineData("  ", @"CN=\ \ ")]
    [InlineData("Ünï 😀", "CN=Ünï 😀")]
    [InlineData("", "CN=")]
    [InlineData("a\0b", @"CN=a\00b")]
    public void Characters_that_mean_something_are_escaped(string value, string expected) =>
        Assert.Equal(expected, Subject([(Name, value)]));

    [Fact]
    public void An_attribute_without_a_short_name_is_its_number_and_its_encoding() =>
        Assert.Equal("1.2.840.113549.1.9.1=#0c03614062,CN=a",
            Subject([(Name, "a")], [("1.2.840.113549.1.9.1", "a@b")]));

    [Fact]
    public void A_certificate_without_a_subject_has_the_empty_name() => Assert.Equal("", Subject());

    [Fact]
    public void Every_subject_can_stand_in_an_ACL()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 1_000; i++)
        {
            var value = new string(random.GetItems<char>(" ,=+<>#;\"\\aü", random.Next(6)));
            var subject = Subject([(Name, value)], [("2.5.4.5", value), ("2.5.4.10", value)]);
            Assert.True(DistinguishedName.IsValid(subject),
                string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {subject}"));
        }
    }

    private static string Subject(params (string Type, string Value)[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var part in parts)
            {
                using (writer.PushSetOf())
                {
                    foreach (var (type, value) in part)
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(type);
                            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
                        }
                    }
                }
            }
        }

        return CertificateSubject.Of(writer.Encode());
    }
}
