using Dicom2Fhir.Dicom;

namespace Dicom2Fhir.Mapping;

/// <summary>THE tag table: read set, mapper, docs/mapping.md and the completeness report follow from it.</summary>
public static class TagMap
{
    const string InstanceDetails = "mii-ex-bildgebung-instanz-details";

    static readonly List<TagRow> Rows = [];

    // Identity of study, series and instance
    public static TagRow StudyInstanceUid { get; } = Row(
        "0020,000D", "StudyInstanceUID", TagLevel.Study, Privacy.Uid, "identifier", StudyElements.Identifier,
        absent: "quarantined no-study-uid; non-patient objects skipped no-study");
    public static TagRow SeriesInstanceUid { get; } = Row(
        "0020,000E", "SeriesInstanceUID", TagLevel.Series, Privacy.Uid, "series.uid", SeriesElements.Uid,
        absent: "quarantined no-series-uid");
    public static TagRow SopInstanceUid { get; } = Row(
        "0008,0018", "SOPInstanceUID", TagLevel.Instance, Privacy.Uid, "series.instance.uid", InstanceElements.Uid,
        absent: "quarantined no-sop-uid");
    public static TagRow SopClassUid { get; } = Row(
        "0008,0016", "SOPClassUID", TagLevel.Instance, Privacy.Keep, "series.instance.sopClass", InstanceElements.SopClass,
        absent: "instance counted, not listed");
    public static TagRow FirstDirectoryRecord { get; } = Read(
        "0004,1200", "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity", TagLevel.Instance, Privacy.Keep,
        "marks a media directory (PS3.3 F.3.2.2), which is skipped");

    // The patient: pseudonym, and what the scrubber removes from texts
    public static TagRow PatientId { get; } = Row(
        "0010,0020", "PatientID", TagLevel.Study, Privacy.PatientId, "subject", StudyElements.Subject, absent: "quarantined no-patient-id",
        reading: Reading.Whole);
    public static TagRow IssuerOfPatientId { get; } = Read(
        "0010,0021", "IssuerOfPatientID", TagLevel.Study, Privacy.PatientIdIssuer, "part of the pseudonym's input");
    public static TagRow PatientName { get; } = Scrub("0010,0010", "PatientName");
    public static TagRow PatientBirthDate { get; } = Scrub("0010,0030", "PatientBirthDate");
    public static TagRow OtherPatientIds { get; } = Scrub("0010,1000", "OtherPatientIDs");
    public static TagRow OtherPatientNames { get; } = Scrub("0010,1001", "OtherPatientNames");
    public static TagRow PatientBirthName { get; } = Scrub("0010,1005", "PatientBirthName");
    public static TagRow PatientMotherBirthName { get; } = Scrub("0010,1060", "PatientMotherBirthName");
    public static TagRow OtherPatientIdsSequence { get; } = Scrub("0010,1002>0010,0020", "OtherPatientIDsSequence.PatientID");
    public static TagRow ReferringPhysicianName { get; } = Scrub("0008,0090", "ReferringPhysicianName");
    public static TagRow PhysiciansOfRecord { get; } = Scrub("0008,1048", "PhysiciansOfRecord");
    public static TagRow PerformingPhysicianName { get; } = Scrub("0008,1050", "PerformingPhysicianName");
    public static TagRow NameOfPhysiciansReadingStudy { get; } = Scrub("0008,1060", "NameOfPhysiciansReadingStudy");
    public static TagRow OperatorsName { get; } = Scrub("0008,1070", "OperatorsName");
    public static TagRow RequestingPhysician { get; } = Scrub("0032,1032", "RequestingPhysician");
    public static TagRow AdmissionId { get; } = Scrub("0038,0010", "AdmissionID");

    // Study
    public static TagRow AccessionNumber { get; } = Row(
        "0008,0050", "AccessionNumber", TagLevel.Study, Privacy.Accession, "identifier", StudyElements.Accession,
        absent: "identifier absent", reading: Reading.Whole);
    public static TagRow StudyDate { get; } = Row(
        "0008,0020", "StudyDate", TagLevel.Study, Privacy.Keep, "started", StudyElements.Started,
        absent: "the earliest start of a series; else absent");
    public static TagRow StudyTime { get; } = Read("0008,0030", "StudyTime", TagLevel.Study, Privacy.Keep, "part of started", "started");
    public static TagRow TimezoneOffset { get; } = Read(
        "0008,0201", "TimezoneOffsetFromUTC", TagLevel.Instance, Privacy.Keep, "offset of every time of the instance",
        "started, series.started");
    public static TagRow StudyDescription { get; } = Row(
        "0008,1030", "StudyDescription", TagLevel.Study, Privacy.Text, "description", StudyElements.Description);
    public static TagRow RequestedProcedureDescription { get; } = Read(
        "0032,1060", "RequestedProcedureDescription", TagLevel.Study, Privacy.Text, "stands in for (0008,1030)", "description");
    public static CodeRows ProcedureCode { get; } = Codes(
        "0008,1032", "ProcedureCodeSequence", TagLevel.Study, "procedureCode", StudyElements.Procedure);
    public static CodeRows RequestedProcedureCode { get; } = Codes(
        "0032,1064", "RequestedProcedureCodeSequence", TagLevel.Study, "procedureCode", new Conversion.None("stands in for (0008,1032)"));
    public static TagRow RequestAccession { get; } = Row(
        "0040,0275>0008,0050", "RequestAttributesSequence.AccessionNumber", TagLevel.Study, Privacy.Accession, "basedOn", StudyElements.Request);
    public static TagRow ReasonForRequest { get; } = Row(
        "0040,1002", "ReasonForTheRequestedProcedure", TagLevel.Study, Privacy.Text, "extension", StudyElements.Reason, "mii-ex-bildgebung-bildgebungsgrund");
    public static TagRow RequestReason { get; } = ReasonText("0040,0275>0040,1002", "RequestAttributesSequence.ReasonForTheRequestedProcedure");
    public static CodeRows ReasonCode { get; } = Codes(
        "0040,100A", "ReasonForRequestedProcedureCodeSequence", TagLevel.Study, "reasonCode", StudyElements.ReasonCodes);
    public static CodeRows RequestReasonCode { get; } = ReasonCodes("0040,0275>0040,100A", "RequestAttributesSequence.ReasonForRequestedProcedureCodeSequence");
    public static TagRow ReasonForVisit { get; } = ReasonText("0032,1066", "ReasonForVisit");
    public static CodeRows ReasonForVisitCode { get; } = ReasonCodes("0032,1067", "ReasonForVisitCodeSequence");
    public static TagRow ReasonForStudy { get; } = ReasonText("0032,1030", "ReasonForStudy");
    public static TagRow AdmittingDiagnoses { get; } = ReasonText("0008,1080", "AdmittingDiagnosesDescription");
    public static CodeRows AdmittingDiagnosisCode { get; } = ReasonCodes("0008,1084", "AdmittingDiagnosesCodeSequence");
    public static TagRow PatientWeight { get; } = Row(
        "0010,1030", "PatientWeight", TagLevel.Study, Privacy.Keep, "Observation", Measurements.Weight, "mii-ex-bildgebung-gewicht (2027 ballot)", "no Observation");
    public static TagRow PatientSize { get; } = Row(
        "0010,1020", "PatientSize", TagLevel.Study, Privacy.Keep, "Observation", Measurements.Height, "mii-ex-bildgebung-groesse (2027 ballot)", "no Observation");
    public static TagRow AccessionIssuer { get; } = Dropped("0008,0051>0040,0031", "IssuerOfAccessionNumberSequence.LocalNamespaceEntityID", "the system is the setting Accession__System");
    public static TagRow RetrieveUrl { get; } = Dropped("0008,1190", "RetrieveURL", "endpoint is never made of a header: an archive's address is configuration");
    public static TagRow ModalitiesInStudy { get; } = Dropped("0008,0061", "ModalitiesInStudy", "only in answers to queries; modality is made of the series");
    public static TagRow RelatedSeries { get; } = Dropped("0020,1206", "NumberOfStudyRelatedSeries", "only in answers to queries; numberOfSeries is counted");
    public static TagRow RelatedInstances { get; } = Dropped("0020,1208", "NumberOfStudyRelatedInstances", "only in answers to queries; numberOfInstances is counted");
    public static TagRow SeriesRelatedInstances { get; } = Dropped("0020,1209", "NumberOfSeriesRelatedInstances", "only in answers to queries; the instances are counted");

    // Series
    public static TagRow Modality { get; } = Row(
        "0008,0060", "Modality", TagLevel.Series, Privacy.Keep, "series.modality, modality", SeriesElements.Modality,
        absent: "OT, finding missing");
    public static TagRow SeriesNumber { get; } = Row(
        "0020,0011", "SeriesNumber", TagLevel.Series, Privacy.Keep, "series.number", SeriesElements.Number);
    public static TagRow SeriesDescription { get; } = Row(
        "0008,103E", "SeriesDescription", TagLevel.Series, Privacy.Text, "series.description", SeriesElements.Description);
    public static TagRow ProtocolName { get; } = Read(
        "0018,1030", "ProtocolName", TagLevel.Series, Privacy.Text, "stands in for (0008,103E)", "series.description");
    public static TagRow SeriesDate { get; } = Row(
        "0008,0021", "SeriesDate", TagLevel.Series, Privacy.Keep, "series.started", SeriesElements.Started);
    public static TagRow SeriesTime { get; } = Read(
        "0008,0031", "SeriesTime", TagLevel.Series, Privacy.Keep, "part of series.started", "series.started");
    public static TagRow AcquisitionDate { get; } = Read(
        "0008,0022", "AcquisitionDate", TagLevel.Series, Privacy.Keep, "stands in for (0008,0021)", "series.started");
    public static TagRow AcquisitionTime { get; } = Read(
        "0008,0032", "AcquisitionTime", TagLevel.Series, Privacy.Keep, "stands in for (0008,0031)", "series.started");
    public static TagRow AcquisitionDateTime { get; } = Read(
        "0008,002A", "AcquisitionDateTime", TagLevel.Series, Privacy.Keep, "stands in for (0008,0022) and (0008,0032)", "series.started");
    public static TagRow BodyPartExamined { get; } = Row(
        "0018,0015", "BodyPartExamined", TagLevel.Series, Privacy.Keep, "series.bodySite", SeriesElements.BodySite, places: Places.Frames("0018,0015"));
    public static TagRow AnatomicRegionCode { get; } = Read(
        "0008,2218>0008,0100", "AnatomicRegionSequence.CodeValue", TagLevel.Series, Privacy.Keep, "preferred to (0018,0015)",
        "series.bodySite", places: Places.Frames("0008,2218>0008,0100", "0020,9071"));
    public static TagRow AnatomicRegionScheme { get; } = Read(
        "0008,2218>0008,0102", "AnatomicRegionSequence.CodingSchemeDesignator", TagLevel.Series, Privacy.Keep, "scheme of the code",
        "series.bodySite", places: Places.Frames("0008,2218>0008,0102", "0020,9071"));
    public static TagRow Laterality { get; } = Row(
        "0020,0060", "Laterality", TagLevel.Series, Privacy.Keep, "series.laterality", SeriesElements.Laterality);
    public static TagRow ImageLaterality { get; } = Read(
        "0020,0062", "ImageLaterality", TagLevel.Instance, Privacy.Keep, "preferred to (0020,0060)", "series.laterality");
    public static TagRow FrameLaterality { get; } = Read(
        "5200,9229>0020,9071>0020,9072", "FrameLaterality", TagLevel.Instance, Privacy.Keep, "preferred to (0020,0062)", "series.laterality",
        reading: Reading.Union, places: Places.Of("5200,9230>0020,9071>0020,9072"));
    public static TagRow AnatomicModifierCode { get; } = Read(
        "0008,2218>0008,2220>0008,0100", "AnatomicRegionSequence.AnatomicRegionModifierSequence.CodeValue", TagLevel.Series, Privacy.Keep,
        "used when the lateralities are absent", "series.laterality", places: Places.Frames("0008,2218>0008,2220>0008,0100", "0020,9071"));
    public static TagRow AnatomicModifierScheme { get; } = Read(
        "0008,2218>0008,2220>0008,0102", "AnatomicRegionSequence.AnatomicRegionModifierSequence.CodingSchemeDesignator", TagLevel.Series,
        Privacy.Keep, "scheme of the code", "series.laterality", places: Places.Frames("0008,2218>0008,2220>0008,0102", "0020,9071"));

    // Contrast agent
    public static TagRow ContrastBolusAgent { get; } = Row(
        "0018,0010", "ContrastBolusAgent", TagLevel.Series, Privacy.Term, "series.extension", SeriesElements.ContrastGiven,
        "mii-ex-bildgebung-kontrastmittel", "extension absent: unknown, not false");
    public static TagRow ContrastBolusAgentSequence { get; } = Read(
        "0018,0012", "ContrastBolusAgentSequence", TagLevel.Series, Privacy.Keep, "an item says: given", "series.extension",
        "mii-ex-bildgebung-kontrastmittel", Reading.ItemCount);
    public static CodeRows ContrastAgentCode { get; } = Codes(
        "0018,0012", "ContrastBolusAgentSequence", TagLevel.Series, "MedicationAdministration", SeriesElements.Administration,
        "mii-pr-bildgebung-kontrastmittelgabe", Privacy.Term);
    public static TagRow ContrastBolusVolume { get; } = ContrastFact(
        "0018,1041", "ContrastBolusVolume", "above 0 says: given; dose of the administration, mL", places: Places.Of("0018,0012>0018,1041", "0018,0012>0018,9340>0018,1041"));
    public static TagRow ContrastBolusStartTime { get; } = ContrastFact(
        "0018,1042", "ContrastBolusStartTime", "a value says: given; start of the administration", places: Places.Of("0018,0012>0018,9340>0018,1042"));
    public static TagRow ContrastBolusStopTime { get; } = ContrastFact(
        "0018,1043", "ContrastBolusStopTime", "end of the administration", places: Places.Of("0018,0012>0018,9340>0018,1043"));
    public static TagRow ContrastBolusRoute { get; } = ContrastFact(
        "0018,1040", "ContrastBolusRoute", "route of the administration, as text", Privacy.Term, places: Places.Of("0018,0012>0018,0014>0008,0104"));
    public static TagRow ContrastBolusTotalDose { get; } = ContrastFact("0018,1044", "ContrastBolusTotalDose", "above 0 says: given");
    public static TagRow ContrastBolusIngredient { get; } = ContrastFact(
        "0018,1048", "ContrastBolusIngredient", "a value says: given", places: Places.Of("0018,0012>0018,9338>0008,0104"));
    public static TagRow ContrastAdministered { get; } = ContrastFact(
        "5200,9229>0018,9341>0018,9342", "ContrastBolusAgentAdministered", "YES in any frame says: given; NO in all: denied", reading: Reading.Union,
        places: Places.Of("5200,9230>0018,9341>0018,9342"));
    public static TagRow ContrastDetected { get; } = ContrastFact(
        "5200,9229>0018,9341>0018,9343", "ContrastBolusAgentDetected", "YES in any frame says: given", reading: Reading.Union,
        places: Places.Of("5200,9230>0018,9341>0018,9343"));
    public static TagRow ContrastPhase { get; } = Read(
        "5200,9229>0018,9341>0018,9344", "ContrastBolusAgentPhase", TagLevel.Instance, Privacy.Keep, "kept for the report", reading: Reading.Union,
        places: Places.Of("5200,9230>0018,9341>0018,9344"));

    // CT and projection radiography
    public static TagRow Ctdi { get; } = Technical(
        "0018,9345", "CTDIvol", Mii.CtExtension, Technique.Ctdi, Places.Frames("0018,9345", "0018,9321"));
    public static TagRow Kvp { get; } = Technical(
        "0018,0060", "KVP", Mii.CtExtension, Technique.Kvp,
        [.. Places.Frames("0018,0060", "0018,9325", "0018,9417"), .. Places.Of("0018,9507>0018,0060")]);
    public static TagRow ExposureTime { get; } = Technical(
        "0018,1150", "ExposureTime", Mii.CtExtension,
        Technique.Number(Technique.CtAndXray, "exposureTime", Unit.Millisecond, Guards.NotNegative, "Absent or 0: (0018,9328), then (0018,8150).",
            () => [new(ExposureTimeInMs!), new(ExposureTimeInUs!, 0.001m)]), Places.Frames("0018,1150"));
    public static TagRow ExposureTimeInMs { get; } = Feeds(
        "0018,9328", "ExposureTimeInms", "stands in for (0018,1150)", Mii.CtExtension, [.. Places.Frames("0018,9328", "0018,9321"), .. Places.Of("0018,9507>0018,9328")]);
    public static TagRow ExposureTimeInUs { get; } = Feeds("0018,8150", "ExposureTimeInuS", "stands in for (0018,1150), divided by 1000", Mii.CtExtension, Places.Frames("0018,8150"));
    public static TagRow Exposure { get; } = Technical(
        "0018,1152", "Exposure", Mii.CtExtension,
        Technique.Number(Technique.CtAndXray, "exposure", Unit.MilliampereSecond, Guards.NotNegative, "Absent or 0: (0018,9332), then (0018,1153).",
            () => [new(ExposureInMas!), new(ExposureInUas!, 0.001m)]), Places.Frames("0018,1152"));
    public static TagRow ExposureInMas { get; } = Feeds(
        "0018,9332", "ExposureInmAs", "stands in for (0018,1152)", Mii.CtExtension, [.. Places.Frames("0018,9332", "0018,9321"), .. Places.Of("0018,9507>0018,9332")]);
    public static TagRow ExposureInUas { get; } = Feeds("0018,1153", "ExposureInuAs", "stands in for (0018,1152), divided by 1000", Mii.CtExtension, Places.Frames("0018,1153"));
    public static TagRow TubeCurrent { get; } = Technical(
        "0018,1151", "XRayTubeCurrent", Mii.CtExtension,
        Technique.Number(Technique.CtAndXray, "xRayTubeCurrent", Unit.Milliampere, Guards.NotNegative, "Absent or 0: (0018,9330), then (0018,8151).",
            () => [new(TubeCurrentInMa!), new(TubeCurrentInUa!, 0.001m)]), Places.Frames("0018,1151"));
    public static TagRow TubeCurrentInMa { get; } = Feeds(
        "0018,9330", "XRayTubeCurrentInmA", "stands in for (0018,1151)", Mii.CtExtension,
        [.. Places.Frames("0018,9330", "0018,9321", "0018,9417"), .. Places.Of("0018,9507>0018,9330")]);
    public static TagRow TubeCurrentInUa { get; } = Feeds("0018,8151", "XRayTubeCurrentInuA", "stands in for (0018,1151), divided by 1000", Mii.CtExtension, Places.Frames("0018,8151"));
    public static TagRow Kernel { get; } = Technical("0018,1210", "ConvolutionKernel", Mii.CtExtension, Technique.Kernel, Places.Frames("0018,1210", "0018,9314"));
    public static TagRow ViewPosition { get; } = Technical("0018,5101", "ViewPosition", Mii.XrayExtension, Technique.View);
    public static CodeRows ViewCode { get; } = Codes(
        "0054,0220", "ViewCodeSequence", TagLevel.Series, "series.extension", new Conversion.None("preferred to (0018,5101)"),
        "mii-ex-bildgebung-modalitaet-mg-cr-dx", Privacy.Term);
    public static TagRow ViewModifier { get; } = Read(
        "0054,0220>0054,0222>0008,0104", "ViewCodeSequence.ViewModifierCodeSequence.CodeMeaning", TagLevel.Series, Privacy.Term, "text of the view",
        "series.extension", "mii-ex-bildgebung-modalitaet-mg-cr-dx");
    public static TagRow IrradiationEventUid { get; } = Read(
        "0008,3010", "IrradiationEventUID", TagLevel.Instance, Privacy.Uid, "finds CTDIvol and KVP of the series in a dose report", reading: Reading.Union,
        places: Places.Frames("0008,3010", "0018,9477"));

    // MR
    public static TagRow FieldStrength { get; } = Technical(
        "0018,0087", "MagneticFieldStrength", Mii.MrExtension,
        Technique.Number(Technique.Mr, "magneticFieldStrength", Unit.Tesla, Guards.Tesla, "Above 20 it is read as gauss; outside 0.01 to 15 T it is left out."),
        Places.Frames("0018,0087"));
    public static TagRow ScanningSequence { get; } = Technical("0018,0020", "ScanningSequence", Mii.MrExtension, Technique.ScanningSequence, Places.Frames("0018,0020"));
    public static TagRow EchoPulseSequence { get; } = Feeds("0018,9008", "EchoPulseSequence", "stands in for (0018,0020)", Mii.MrExtension);
    public static TagRow EchoPlanarPulseSequence { get; } = Feeds("0018,9018", "EchoPlanarPulseSequence", "stands in for (0018,0020)", Mii.MrExtension);
    public static TagRow InversionRecovery { get; } = Feeds(
        "0018,9009", "InversionRecovery", "stands in for (0018,0020)", Mii.MrExtension, Places.Frames("0018,9009", "0018,9115"));
    public static TagRow SequenceVariant { get; } = Technical("0018,0021", "SequenceVariant", Mii.MrExtension, Technique.SequenceVariant, Places.Frames("0018,0021"));
    public static TagRow SegmentedKSpaceTraversal { get; } = Feeds("0018,9033", "SegmentedKSpaceTraversal", "stands in for (0018,0021)", Mii.MrExtension);
    public static TagRow MagnetizationTransfer { get; } = Feeds(
        "0018,9020", "MagnetizationTransfer", "stands in for (0018,0021)", Mii.MrExtension, Places.Frames("0018,9020", "0018,9006"));
    public static TagRow SteadyStatePulseSequence { get; } = Feeds("0018,9017", "SteadyStatePulseSequence", "stands in for (0018,0021)", Mii.MrExtension);
    public static TagRow Spoiling { get; } = Feeds("0018,9016", "Spoiling", "stands in for (0018,0021)", Mii.MrExtension, Places.Frames("0018,9016", "0018,9115"));
    public static TagRow OversamplingPhase { get; } = Feeds("0018,9029", "OversamplingPhase", "stands in for (0018,0021)", Mii.MrExtension);
    public static TagRow EchoTime { get; } = Technical(
        "0018,0081", "EchoTime", Mii.MrExtension, Technique.Number(Technique.Mr, "echoTime", Unit.Millisecond, Guards.NotNegative),
        [.. Places.Of("5200,9229>0018,9114>0018,9082", "5200,9230>0018,9114>0018,9082"), .. Places.Frames("0018,0081")]);
    public static TagRow RepetitionTime { get; } = Technical(
        "0018,0080", "RepetitionTime", Mii.MrExtension, Technique.Number(Technique.Mr, "repetitionTime", Unit.Millisecond, Guards.NotNegative),
        Places.Frames("0018,0080", "0018,9112"));
    public static TagRow InversionTime { get; } = Technical(
        "0018,0082", "InversionTime", Mii.MrExtension, Technique.Number(Technique.Mr, "inversionTime", Unit.Millisecond, Guards.NotNegative, "The first of several.", isFirst: true),
        [.. Places.Of("5200,9229>0018,9115>0018,9079", "5200,9230>0018,9115>0018,9079"), .. Places.Frames("0018,0082")]);
    public static TagRow FlipAngle { get; } = Technical(
        "0018,1314", "FlipAngle", Mii.MrExtension, Technique.Number(Technique.Mr, "flipAngle", Unit.Degree, Guards.NotNegative), Places.Frames("0018,1314", "0018,9112"));

    // PT and NM
    public static TagRow Radiopharmaceutical { get; } = Technical(
        "0054,0016>0018,0031", "RadiopharmaceuticalInformationSequence.Radiopharmaceutical", Mii.PtExtension, Nuclear.Radiopharmaceutical, privacy: Privacy.Term);
    public static CodeRows RadiopharmaceuticalCode { get; } = Codes(
        "0054,0016>0054,0304", "RadiopharmaceuticalInformationSequence.RadiopharmaceuticalCodeSequence", TagLevel.Series, "series.extension",
        new Conversion.None("preferred to (0018,0031)"), "mii-ex-bildgebung-modalitaet-pt", Privacy.Term);
    public static CodeRows RadionuclideCode { get; } = Codes(
        "0054,0016>0054,0300", "RadiopharmaceuticalInformationSequence.RadionuclideCodeSequence", TagLevel.Series, "series.extension", Nuclear.Radionuclide,
        "mii-ex-bildgebung-modalitaet-pt", Privacy.Term);
    public static TagRow TracerStartTime { get; } = Technical(
        "0054,0016>0018,1072", "RadiopharmaceuticalInformationSequence.RadiopharmaceuticalStartTime", Mii.PtExtension, Nuclear.ExposureTime);
    public static TagRow RadiopharmaceuticalStartDateTime { get; } = Feeds(
        "0054,0016>0018,1078", "RadiopharmaceuticalInformationSequence.RadiopharmaceuticalStartDateTime", "preferred to (0018,1072)", Mii.PtExtension);
    public static TagRow PetUnits { get; } = Technical("0054,1001", "Units", Mii.PtExtension, Nuclear.Units);
    public static TagRow SuvType { get; } = Feeds("0054,1006", "SUVType", "kind of standardized uptake value of (0054,1001) GML", Mii.PtExtension);
    public static TagRow RescaleType { get; } = Feeds("0028,1054", "RescaleType", "stands in for (0054,1001)", Mii.PtExtension, Places.Frames("0028,1054", "0028,9145"));
    public static CodeRows RealWorldUnits { get; } = Codes(
        "0040,9096>0040,08EA", "RealWorldValueMappingSequence.MeasurementUnitsCodeSequence", TagLevel.Series, "series.extension",
        new Conversion.None("stands in for (0054,1001)"), "mii-ex-bildgebung-modalitaet-nm", Privacy.Term);
    public static TagRow RadionuclideTotalDose { get; } = Technical(
        "0054,0016>0018,1074", "RadiopharmaceuticalInformationSequence.RadionuclideTotalDose", Mii.PtExtension, Nuclear.TotalDose);
    public static TagRow RadionuclideHalfLife { get; } = Technical(
        "0054,0016>0018,1075", "RadiopharmaceuticalInformationSequence.RadionuclideHalfLife", Mii.PtExtension,
        Technique.Number(Technique.PtAndNm, "radionuclideHalfLife", Unit.Second, Guards.Positive));
    public static TagRow SeriesType { get; } = Technical("0054,1000", "SeriesType", Mii.PtExtension, Nuclear.SeriesType);

    // US
    public static TagRow TransducerType { get; } = Technical("0018,6031", "TransducerType", Mii.UsExtension, Technique.Transducer);
    public static TagRow TransducerFrequency { get; } = Technical(
        "0018,6011>0018,6030", "SequenceOfUltrasoundRegions.TransducerFrequency", Mii.UsExtension,
        Technique.Number(Technique.Us, "transducerFrequency", Unit.Kilohertz, Guards.Positive, "Of the first region that states it."), Places.Of("0018,6030"), reading: Reading.First);
    public static TagRow PulseRepetitionFrequency { get; } = Technical(
        "0018,6011>0018,6032", "SequenceOfUltrasoundRegions.PulseRepetitionFrequency", Mii.UsExtension,
        Technique.Number(Technique.Us, "pulseRepetitionFrequency", Unit.Hertz, Guards.Positive, "Of the first region that states it."), Places.Of("0018,6032"), reading: Reading.First);
    public static TagRow UltrasoundColor { get; } = Technical("0028,0014", "UltrasoundColorDataPresent", Mii.UsExtension, Technique.Color);

    // Radiation dose reports
    public static TagRow DoseTotals { get; } = Report(
        "0040,A730>0040,A730>0040,A300>0040,A30A", "ContentSequence.ContentSequence.MeasuredValueSequence.NumericValue", Measurements.Dose, DoseReport.Totals, Privacy.Keep);
    public static TagRow DoseEventUid { get; } = Report(
        "0040,A730>0040,A730>0040,A124", "ContentSequence.ContentSequence.UID", new Conversion.None("irradiation events of a CT dose report"), DoseReport.EventUids, Privacy.Uid);
    public static TagRow DoseEventValues { get; } = Report(
        "0040,A730>0040,A730>0040,A730>0040,A300>0040,A30A", "ContentSequence.ContentSequence.ContentSequence.MeasuredValueSequence.NumericValue",
        new Conversion.None("CTDIvol and DLP of each event"), DoseReport.EventDoses, Privacy.Keep);
    public static TagRow DoseEventVoltages { get; } = Report(
        "0040,A730>0040,A730>0040,A730>0040,A730>0040,A300>0040,A30A",
        "ContentSequence.ContentSequence.ContentSequence.ContentSequence.MeasuredValueSequence.NumericValue", new Conversion.None("KVP of each event"),
        DoseReport.EventVoltages, Privacy.Keep);
    public static TagRow DoseEventStarts { get; } = Report(
        "0040,A730>0040,A730>0040,A120", "ContentSequence.ContentSequence.DateTime", new Conversion.None("start of each event"), DoseReport.EventStarts, Privacy.Keep);
    public static TagRow DoseTimes { get; } = Report(
        "0040,A730>0040,A120", "ContentSequence.DateTime", new Conversion.None("start and end of irradiation"), DoseReport.Times, Privacy.Keep);

    // Device
    public static TagRow Manufacturer { get; } = Row(
        "0008,0070", "Manufacturer", TagLevel.Series, Privacy.Keep, "series.performer.actor, Device.manufacturer", SeriesElements.Performer,
        "mii-pr-bildgebung-geraet", "no Device without manufacturer and model");
    public static TagRow ManufacturerModelName { get; } = Read(
        "0008,1090", "ManufacturerModelName", TagLevel.Series, Privacy.Keep, "name of type model-name", "Device.deviceName",
        "mii-pr-bildgebung-geraet");
    public static TagRow DeviceSerialNumber { get; } = Read(
        "0018,1000", "DeviceSerialNumber", TagLevel.Series, Privacy.Device, "part of the Device's id", "Device.serialNumber",
        "mii-pr-bildgebung-geraet");
    public static TagRow StationName { get; } = Read(
        "0008,1010", "StationName", TagLevel.Series, Privacy.Device, "name of type user-friendly-name when there is no serial number",
        "Device.deviceName", "mii-pr-bildgebung-geraet");
    public static TagRow DeviceUid { get; } = Read("0018,1002", "DeviceUID", TagLevel.Series, Privacy.Uid, "kept for the report");
    public static TagRow SoftwareVersions { get; } = Read(
        "0018,1020", "SoftwareVersions", TagLevel.Series, Privacy.Keep, "kept for the report");

    // Instance
    public static TagRow InstanceNumber { get; } = Row(
        "0020,0013", "InstanceNumber", TagLevel.Instance, Privacy.Keep, "series.instance.number", InstanceElements.Number);
    public static TagRow ContentLabel { get; } = Row(
        "0070,0080", "ContentLabel", TagLevel.Instance, Privacy.Text, "series.instance.title", InstanceElements.Title);
    public static TagRow ConceptNameMeaning { get; } = Read(
        "0040,A043>0008,0104", "ConceptNameCodeSequence.CodeMeaning", TagLevel.Instance, Privacy.Text, "stands in for (0070,0080)", "series.instance.title");
    public static TagRow DocumentTitle { get; } = Read(
        "0042,0010", "DocumentTitle", TagLevel.Instance, Privacy.Text, "stands in for (0070,0080)", "series.instance.title");
    public static TagRow PixelSpacing { get; } = Detail("0028,0030", "PixelSpacing", InstanceElements.Spacing, Places.Frames("0028,0030", "0028,9110"));
    public static TagRow ImagerPixelSpacing { get; } = Read(
        "0018,1164", "ImagerPixelSpacing", TagLevel.Instance, Privacy.Keep, "stands in for (0028,0030)", "series.instance.extension", InstanceDetails,
        places: Places.Frames("0018,1164"));
    public static TagRow SliceThickness { get; } = Row(
        "0018,0050", "SliceThickness", TagLevel.Instance, Privacy.Keep, "series.extension, series.instance.extension", InstanceElements.Thickness,
        "mii-ex-bildgebung-serie-schichtdicke, " + InstanceDetails, places: Places.Frames("0018,0050", "0028,9110"));
    public static TagRow ImageType { get; } = Detail("0008,0008", "ImageType", InstanceElements.ImageType);
    public static TagRow BurnedInAnnotation { get; } = Detail("0028,0301", "BurnedInAnnotation", InstanceElements.BurnedIn);

    /// <summary>All rows by index. Stands after them: static members initialise in text order.</summary>
    public static IReadOnlyList<TagRow> All { get; } = [.. Rows];

    /// <summary>All rows in ordinal order of their paths' text: the order of what is kept and hashed, whatever the table's order is.</summary>
    internal static IReadOnlyList<TagRow> ByPath { get; } = [.. All.OrderBy(row => row.PathText, StringComparer.Ordinal)];

    /// <summary>What the readers keep.</summary>
    public static ReadSet ReadSet { get; } = ReadSet.Of(All.SelectMany(row => row.Paths));

    /// <summary>
    /// The attributes of one file, values as in the header; the UIDs without padding. A data set that is no instance of a patient's study gives its
    /// reason instead (<see cref="ExtractReasons"/>).
    /// </summary>
    public static ExtractResult Extract(DataSet dataSet) => Extraction.Run(dataSet);

    /// <summary>A row that leads an element.</summary>
    static TagRow Row(
        string path, string keyword, TagLevel level, Privacy privacy, string target, Conversion conversion, string element = "",
        string absent = "element absent", Reading? reading = null, IReadOnlyList<TagPath>? places = null, IReadOnlyList<TagPath>? needs = null)
    {
        var row = new TagRow(Rows.Count, keyword, TagPath.Parse(path), level, privacy)
        {
            Target = target, Element = element, Conversion = conversion, WhenAbsent = absent, Reading = reading ?? Reading.Values, Places = places ?? [], Needs = needs ?? [],
        };
        Rows.Add(row);
        return row;
    }

    /// <summary>A row that another row's conversion reads, or that is only kept.</summary>
    static TagRow Read(
        string path, string keyword, TagLevel level, Privacy privacy, string text, string target = "", string element = "", Reading? reading = null,
        IReadOnlyList<TagPath>? places = null) =>
        Row(path, keyword, level, privacy, target, new Conversion.None(text), element, "not used", reading, places);

    /// <summary>A row whose value is removed from texts and never kept.</summary>
    static TagRow Scrub(string path, string keyword) =>
        Read(path, keyword, TagLevel.Study, Privacy.ScrubberOnly, "removed from texts, never kept", reading: Reading.Whole);

    /// <summary>A row that says why an attribute is not used.</summary>
    static TagRow Dropped(string path, string keyword, string text) => Read(path, keyword, TagLevel.Study, Privacy.Drop, text);

    /// <summary>A row that leads a part of a modality's extension.</summary>
    static TagRow Technical(
        string path, string keyword, string extension, Conversion conversion, IReadOnlyList<TagPath>? places = null, Reading? reading = null, Privacy privacy = Privacy.Keep) =>
        Row(path, keyword, TagLevel.Series, privacy, "series.extension", conversion, Mii.NameOf(extension), "part absent", reading, places);

    /// <summary>A row that a technical one asks when it has no value itself.</summary>
    static TagRow Feeds(string path, string keyword, string text, string extension, IReadOnlyList<TagPath>? places = null) =>
        Read(path, keyword, TagLevel.Series, Privacy.Keep, text, "series.extension", Mii.NameOf(extension), places: places);

    static TagRow ContrastFact(
        string path, string keyword, string text, Privacy privacy = Privacy.Keep, Reading? reading = null, IReadOnlyList<TagPath>? places = null) =>
        Read(path, keyword, TagLevel.Series, privacy, text, "series.extension", Mii.NameOf(Mii.ContrastExtension), reading, places);

    static TagRow Detail(string path, string keyword, Conversion conversion, IReadOnlyList<TagPath>? places = null) =>
        Row(path, keyword, TagLevel.Instance, Privacy.Keep, "series.instance.extension", conversion, InstanceDetails, "part absent", places: places);

    static TagRow Report(string path, string keyword, Conversion conversion, Reading reading, Privacy privacy) =>
        Row(path, keyword, TagLevel.Instance, privacy, conversion is Conversion.None ? "" : "Observation", conversion, "", "no Observation", reading, needs: DoseReport.Needs);

    static TagRow ReasonText(string path, string keyword) =>
        Read(path, keyword, TagLevel.Study, Privacy.Text, "stands in for (0040,1002)", "extension", "mii-ex-bildgebung-bildgebungsgrund");

    static CodeRows ReasonCodes(string path, string keyword) =>
        Codes(path, keyword, TagLevel.Study, "reasonCode", new Conversion.None("together with (0040,100A)"));

    /// <summary>Code, scheme and meaning of a code sequence, one part an item; the row of the code has the conversion.</summary>
    static CodeRows Codes(
        string path, string keyword, TagLevel level, string target, Conversion conversion, string element = "", Privacy meaning = Privacy.Text) => new(
        Row(path + ">0008,0100", keyword + ".CodeValue", level, Privacy.Keep, target, conversion, element),
        Read(path + ">0008,0102", keyword + ".CodingSchemeDesignator", level, Privacy.Keep, "scheme of the code", target, element),
        Read(path + ">0008,0104", keyword + ".CodeMeaning", level, meaning, "text of the code", target, element));
}
